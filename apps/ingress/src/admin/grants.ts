import { Injectable } from '@nestjs/common';
import { matchesPattern } from '@tollgate/config';
import { GatewayError, type Budget, type Limits, type SpentEntry } from '@tollgate/contracts';
import { AccessGroups } from '../auth/access-groups.js';
import type { RecordPatch } from './fields/field-use.js';

/** Entries that stand for what the owner itself has. */
const INHERITED: ReadonlySet<string> = new Set(['all-team-models', 'no-default-models']);
const ALL_MODELS = 'all-proxy-models';

type Owner = Pick<SpentEntry, 'kind' | 'id' | 'models' | 'limits'>;

/** Whoever is no proxy admin gives no more than the owner of what is given has. */
@Injectable()
export class Grants {
  constructor(private readonly groups: AccessGroups) {}

  /**
   * Empty and unlimited are fine: the owner's own models and limits bind the calls too. Rejects with `forbidden` naming the field that
   * asks for more.
   */
  async check(wanted: RecordPatch, owners: readonly (Owner | undefined)[]): Promise<void> {
    const models = await this.groups.expand(wanted.models ?? []);
    for (const owner of owners) {
      if (owner === undefined) continue;
      const what = `${owner.kind} ${owner.id}`;
      checkModels(models, what, await this.groups.expand(owner.models));
      if (wanted.limits !== undefined) checkLimits(wanted.limits, what, owner.limits);
    }
  }

  /**
   * The same of a user, whose personal keys nothing of an organization binds: what the organization limits, the user must have limited
   * too.
   */
  async checkUnbound(wanted: RecordPatch, owners: readonly Owner[]): Promise<void> {
    await this.check(wanted, owners);
    for (const { kind, id, models, limits } of owners) {
      const what = `${kind} ${id}`;
      const isOpen = models.length === 0 || models.includes(ALL_MODELS);
      if (!isOpen && (wanted.models ?? []).length === 0)
        throw tooMuch('models', `those of ${what} are limited`);
      if (!limits.budgets.every((budget) => isWithin(wanted.limits, budget)))
        throw tooMuch('max_budget', `${what} has a budget, and this has none of the same window within it`);
    }
  }
}

/** Whether limits hold whoever has them to a budget, or to less in the same window. */
const isWithin = (limits: Limits | undefined, { window, maxNanos: most }: Budget): boolean =>
  most === null ||
  (limits?.budgets.some(
    ({ window: own, maxNanos }) => own === window && maxNanos !== null && maxNanos <= most,
  ) ??
    false);

function checkModels(models: readonly string[], what: string, owned: readonly string[]): void {
  if (owned.length === 0 || owned.includes(ALL_MODELS)) return;
  const beyond = models.find(
    (model) => !INHERITED.has(model) && !owned.some((entry) => matchesPattern(entry, model)),
  );
  if (beyond !== undefined) throw tooMuch('models', `${what} has no access to '${beyond}'`);
}

function checkLimits(wanted: Limits, what: string, limits: Limits): void {
  const rates = [
    ['rpm_limit', 'requestsPerMinute'],
    ['tpm_limit', 'tokensPerMinute'],
    ['max_parallel_requests', 'maxParallelRequests'],
  ] as const;
  for (const [field, rate] of rates)
    if ((wanted[rate] ?? 0) > (limits[rate] ?? Infinity))
      throw tooMuch(field, `${what} has ${String(limits[rate])}`);
  const increase = wanted.temporaryIncrease?.nanos ?? 0;
  if ((largestBudget(wanted) ?? 0) + increase > (largestBudget(limits) ?? Infinity))
    throw tooMuch('max_budget', `it is more than the budget of ${what}`);
}

function largestBudget({ budgets }: Limits): number | undefined {
  const hard = budgets.map(({ maxNanos }) => maxNanos).filter((nanos) => nanos !== null);
  return hard.length === 0 ? undefined : Math.max(...hard);
}

const tooMuch = (param: string, why: string): GatewayError =>
  new GatewayError('forbidden', `'${param}' would grant more than its owner may give: ${why}`, { param });

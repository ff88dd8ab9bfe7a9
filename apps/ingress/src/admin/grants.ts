import { matchesPattern } from '@tollgate/config';
import { GatewayError, type Limits } from '@tollgate/contracts';
import type { RecordPatch } from './fields/field-use.js';

/** Whose models and limits bound what is granted under it. */
export interface Granter {
  /** `team research` */
  readonly what: string;
  readonly models: readonly string[];
  readonly limits: Limits;
}

/** Entries that stand for what the owner itself has. */
const INHERITED: ReadonlySet<string> = new Set(['all-team-models', 'no-default-models']);
const ALL_MODELS = 'all-proxy-models';

/**
 * Whoever is no proxy admin gives no more than the owner has. Empty and unlimited are fine: the owner's own models and limits bind the
 * calls too. Throws `forbidden` naming the field.
 */
export function checkGrant(wanted: RecordPatch, granters: readonly Granter[]): void {
  for (const granter of granters) {
    checkModels(wanted.models ?? [], granter);
    if (wanted.limits !== undefined) checkLimits(wanted.limits, granter);
  }
}

function checkModels(models: readonly string[], { what, models: owned }: Granter): void {
  if (owned.length === 0 || owned.includes(ALL_MODELS)) return;
  const beyond = models.find(
    (model) => !INHERITED.has(model) && !owned.some((entry) => matchesPattern(entry, model)),
  );
  if (beyond !== undefined) throw tooMuch('models', `${what} has no access to '${beyond}'`);
}

function checkLimits(wanted: Limits, { what, limits }: Granter): void {
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

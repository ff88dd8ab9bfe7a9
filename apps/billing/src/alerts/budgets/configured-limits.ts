import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { NO_LIMITS, scopeName, type Budget, type ScopeRecord, type ScopeRef } from '@tollgate/contracts';
import { DirectoryStore } from '../../directory/directory-store.js';
import { ScopeFinder } from '../../directory/scope-finder.js';
import type { LimitSource } from './budget-sources.js';

/** The limits of the directory, and those that the config gives to the gateway and to end users without a budget of their own. */
@Injectable()
export class ConfiguredLimits implements LimitSource {
  constructor(
    private readonly finder: ScopeFinder,
    private readonly directory: DirectoryStore,
    private readonly config: LiveConfig,
  ) {}

  async find(scopes: readonly ScopeRef[], now: number): Promise<ScopeRecord[]> {
    const { gateway, endUser, endUserTier } = this.config.current.general.budgets;
    const records = await this.finder.find(scopes, now);
    const hasEndUsers = scopes.some(({ kind }) => kind === 'end_user');
    const tier = endUserTier === null || !hasEndUsers ? null : await this.budgetsOfTier(endUserTier);
    const known = new Map(records.map((record) => [scopeName(record), record]));
    return scopes.flatMap((scope) => {
      const record = known.get(scopeName(scope));
      if (scope.kind === 'gateway') return withBudgets(scope, record, gateway);
      if (scope.kind === 'end_user') return withBudgets(scope, record, tier ?? endUser);
      return record ?? [];
    });
  }

  private async budgetsOfTier(id: string): Promise<readonly Budget[]> {
    const [tier] = await this.directory.find('budget', [id]);
    return tier?.limits.budgets ?? [];
  }
}

function withBudgets(
  scope: ScopeRef,
  record: ScopeRecord | undefined,
  budgets: readonly Budget[],
): ScopeRecord[] {
  if (record !== undefined && record.limits.budgets.length > 0) return [record];
  if (budgets.length === 0) return record === undefined ? [] : [record];
  const bare = { ...scope, alias: null, blocked: false, models: [], limits: NO_LIMITS, metadata: {} };
  const { limits, ...rest } = record ?? bare;
  return [{ ...rest, limits: { ...limits, budgets: [...budgets] } }];
}

import type { ScopeRecord, ScopeRef } from '@tollgate/contracts';

/** What binds scopes; those without any limits may be missing. */
export interface LimitSource {
  find(scopes: readonly ScopeRef[], now: number): Promise<readonly ScopeRecord[]>;
}

/** What counters stand at, in nano-dollars; those that have spent nothing may be missing. */
export interface SumSource {
  spentOf(counters: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** Scopes that were active since a time (epoch ms), in pages: `after` is the last one of the page before. */
export interface ActiveScopes {
  page(since: number, after: ScopeRef | null, limit: number): Promise<readonly ScopeRef[]>;
}

export const LIMIT_SOURCE = Symbol('LIMIT_SOURCE');
export const SUM_SOURCE = Symbol('SUM_SOURCE');
export const ACTIVE_SCOPES = Symbol('ACTIVE_SCOPES');

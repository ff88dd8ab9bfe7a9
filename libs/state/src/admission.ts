import type { CapacityShare, Granted, LimitKind, RateRefusal, Remaining, Scope } from './state.js';

/** Windows are whole minutes of the epoch. */
export const WINDOW_MS = 60_000;

/**
 * How long counters and records of calls are kept after their last use. Longer than a window and the clock differences
 * between replicas, so that nothing is forgotten which could still decide something.
 */
export const KEEP_MS = 2 * WINDOW_MS;

export const windowOf = (now: number): number => Math.floor(now / WINDOW_MS);

const windowEnd = (now: number): number => (windowOf(now) + 1) * WINDOW_MS;

/** Scopes that limit nothing cost nothing: they are not counted at all. */
export const limitingScopes = (scopes: readonly Scope[]): readonly Scope[] =>
  scopes.every(limits) ? scopes : scopes.filter(limits);

const limits = (scope: Scope): boolean =>
  scope.requestsPerMinute !== null || scope.tokensPerMinute !== null || scope.maxParallelRequests !== null;

/** What a scope's counters hold. `earliestLease` is the end (epoch ms) of the call in flight that ends first; 0: none. */
export interface ScopeUse {
  readonly requests: number;
  readonly tokens: number;
  readonly inFlight: number;
  readonly earliestLease: number;
}

/** The admission of a call that nothing binds. */
export const FREE: Granted = { granted: true, remaining: [], heldNanos: null, budgets: [] };

/** A scope of a call and where its counters stand. */
export interface ScopeStand {
  readonly scope: Scope;
  readonly use: ScopeUse;
}

/** The admission of a call; its scopes stand as they do after it. */
export function granted(
  stands: readonly ScopeStand[],
  now: number,
  { heldNanos, budgets }: Pick<Granted, 'heldNanos' | 'budgets'> = FREE,
): Granted {
  const remaining: Remaining[] = [];
  for (const { scope, use } of stands) {
    for (const kind of LIMIT_KINDS) {
      const limit = limitOf(scope, kind);
      if (limit !== null) remaining.push(left(scope, kind, limit, use, now));
    }
  }
  return { granted: true, remaining, heldNanos, budgets };
}

/** The refusal by one limit of one scope, whose counters the refused call did not change. */
export function refused({ scope, use }: ScopeStand, kind: LimitKind, now: number): RateRefusal {
  const limit = limitOf(scope, kind) ?? 0;
  return { granted: false, ...left(scope, kind, limit, use, now) };
}

/** In the order in which limits are asked, in both adapters. */
export const LIMIT_KINDS = ['requests', 'tokens', 'max_parallel_requests'] as const;

function limitOf(scope: Scope, kind: LimitKind): number | null {
  switch (kind) {
    case 'requests':
      return scope.requestsPerMinute;
    case 'tokens':
      return scope.tokensPerMinute;
    case 'max_parallel_requests':
      return scope.maxParallelRequests;
  }
}

/**
 * The limit of a scope that has no room for a call. Limits of a reserved share ask only while the capacity that is shared, among
 * the scopes of the same call, is used enough.
 */
export function limitInTheWay(
  { scope, use }: ScopeStand,
  all: readonly ScopeStand[],
  tokens: number,
): LimitKind | undefined {
  for (const kind of LIMIT_KINDS) {
    const limit = limitOf(scope, kind);
    if (limit === null || usedOf(use, kind) + (kind === 'tokens' ? tokens : 1) <= limit) continue;
    if (scope.share === undefined || isSaturated(scope.share, all, kind)) return kind;
  }
  return undefined;
}

function isSaturated(
  { of, saturation }: CapacityShare,
  all: readonly ScopeStand[],
  kind: LimitKind,
): boolean {
  const capacity = all.find(({ scope }) => scope.id === of);
  if (capacity === undefined) return true;
  const limit = limitOf(capacity.scope, kind);
  return limit !== null && usedOf(capacity.use, kind) >= saturation * limit;
}

function usedOf(use: ScopeUse, kind: LimitKind): number {
  switch (kind) {
    case 'requests':
      return use.requests;
    case 'tokens':
      return use.tokens;
    case 'max_parallel_requests':
      return use.inFlight;
  }
}

function left({ id }: Scope, kind: LimitKind, limit: number, use: ScopeUse, now: number): Remaining {
  const isLease = kind === 'max_parallel_requests';
  const resetAt = isLease ? use.earliestLease || now : windowEnd(now);
  return { scope: id, kind, limit, remaining: Math.max(0, limit - usedOf(use, kind)), resetAt };
}

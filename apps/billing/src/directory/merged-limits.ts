import type { Budget, Limits, RateLimits } from '@tollgate/contracts';

/** What a schema allows; a tier and own values together may have more windows than either. */
const MAX_BUDGETS = 16;

/**
 * Own limits with a tier's where they say nothing. Hard budgets take the place of the tier's hard ones, soft of its soft ones: a
 * soft budget of one's own lifts no hard one.
 */
export function mergedLimits(own: Limits, tier: Limits): Limits {
  const names = [...new Set([...Object.keys(own.models), ...Object.keys(tier.models)])];
  return {
    ...mergedRates(own, tier),
    models: Object.fromEntries(names.map((name) => [name, mergedModel(own.models[name], tier.models[name])])),
    temporaryIncrease: own.temporaryIncrease ?? tier.temporaryIncrease,
  };
}

const NONE: RateLimits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxParallelRequests: null,
  budgets: [],
};

const mergedModel = (own: RateLimits = NONE, tier: RateLimits = NONE): RateLimits => mergedRates(own, tier);

const mergedRates = (own: RateLimits, tier: RateLimits): RateLimits => ({
  requestsPerMinute: own.requestsPerMinute ?? tier.requestsPerMinute,
  tokensPerMinute: own.tokensPerMinute ?? tier.tokensPerMinute,
  maxParallelRequests: own.maxParallelRequests ?? tier.maxParallelRequests,
  budgets: mergedBudgets(own.budgets, tier.budgets),
});

function mergedBudgets(own: readonly Budget[], tier: readonly Budget[]): Budget[] {
  const hasHard = own.some(({ maxNanos }) => maxNanos !== null);
  const hasSoft = own.some(({ softNanos }) => softNanos !== null);
  const merged = new Map(own.map((budget) => [budget.window, budget]));
  for (const budget of tier) {
    const maxNanos = hasHard ? null : budget.maxNanos;
    const softNanos = hasSoft ? null : budget.softNanos;
    const known = merged.get(budget.window);
    if (maxNanos === null && softNanos === null) continue;
    merged.set(budget.window, {
      window: budget.window,
      maxNanos: known?.maxNanos ?? maxNanos,
      softNanos: known?.softNanos ?? softNanos,
    });
  }
  return [...merged.values()].slice(0, MAX_BUDGETS);
}

import { windowEnd } from '@tollgate/config';
import type { Budget, Limits, RateLimits } from '@tollgate/contracts';
import { toDollars } from '../../dollars.js';
import type { LimitField } from './limit-schemas.js';

const dollarsOf = (nanos: number | null): number | null => (nanos === null ? null : toDollars(nanos));
const iso = (time: number): string => new Date(time).toISOString();

/** Limits in LiteLLM's fields: what `changedLimits` reads gives the same limits again. */
export function shownLimits(limits: Limits): Record<LimitField, unknown> {
  const [primary, ...further] = limits.budgets;
  const increase = limits.temporaryIncrease;
  return {
    max_budget: dollarsOf(primary?.maxNanos ?? null),
    soft_budget: dollarsOf(primary?.softNanos ?? null),
    budget_duration: primary?.window ?? null,
    budget_limits: further.map(shownBudget),
    max_parallel_requests: limits.maxParallelRequests,
    tpm_limit: limits.tokensPerMinute,
    rpm_limit: limits.requestsPerMinute,
    model_max_budget: ofModels(limits, ({ budgets: [budget] }) =>
      budget === undefined ? null : { budget_limit: dollarsOf(budget.maxNanos), time_period: budget.window },
    ),
    model_rpm_limit: ofModels(limits, ({ requestsPerMinute }) => requestsPerMinute),
    model_tpm_limit: ofModels(limits, ({ tokensPerMinute }) => tokensPerMinute),
    temp_budget_increase: increase === null ? null : toDollars(increase.nanos),
    temp_budget_expiry: increase === null ? null : iso(increase.until),
  };
}

const shownBudget = ({ window, maxNanos, softNanos }: Budget) => ({
  budget_duration: window,
  max_budget: dollarsOf(maxNanos),
  ...(softNanos !== null && { soft_budget: toDollars(softNanos) }),
});

function ofModels(limits: Limits, shown: (ofModel: RateLimits) => unknown): Record<string, unknown> {
  const entries = Object.entries(limits.models).map(([name, ofModel]) => [name, shown(ofModel)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

/** `budget_reset_at`: when the window of the first budget ends; null without one. */
export function budgetResetAt(limits: Limits, now: number, timeZone: string): string | null {
  const window = limits.budgets[0]?.window ?? null;
  return window === null ? null : iso(windowEnd(window, now, timeZone));
}

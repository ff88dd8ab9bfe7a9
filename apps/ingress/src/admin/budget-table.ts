import type { DirectoryEntry, Limits } from '@tollgate/contracts';
import { budgetResetAt, shownLimits } from './limits/show-limits.js';
import type { Moment } from './moment.js';

/** `litellm_budget_table`: the limits of a record in the form in which LiteLLM links them. */
export function budgetTable(limits: Limits, budgetId: string | null, { now, timeZone }: Moment) {
  const shown = shownLimits(limits);
  return {
    budget_id: budgetId,
    max_budget: shown.max_budget,
    soft_budget: shown.soft_budget,
    max_parallel_requests: shown.max_parallel_requests,
    tpm_limit: shown.tpm_limit,
    rpm_limit: shown.rpm_limit,
    model_max_budget: shown.model_max_budget,
    budget_duration: shown.budget_duration,
    budget_reset_at: budgetResetAt(limits, now, timeZone),
  };
}

/** That of a record's tier; null: it has none. */
export const tierTable = (tier: DirectoryEntry | undefined, moment: Moment) =>
  tier === undefined ? null : budgetTable(tier.limits, tier.id, moment);

import type { BudgetPolicy, Limits } from '@tollgate/contracts';
import { NO_LIMITS } from '@tollgate/contracts';
import { shownPolicy } from '../limits/policy.js';
import { shownLimits } from '../limits/show-limits.js';
import type { Column, FieldTable } from './field-use.js';
import { MOVED } from './metadata.js';

type Shown = Readonly<Partial<Record<Column, unknown>>> & {
  readonly limits: Limits;
  readonly memberLimits?: Limits | null | undefined;
  readonly policy?: BudgetPolicy;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** A record in LiteLLM's fields: every field of its table that a request can set. */
export function shownRecord(record: Shown, fields: FieldTable): Record<string, unknown> {
  const limits: Record<string, unknown> = shownLimits(record.limits);
  const memberLimits: Record<string, unknown> = shownLimits(record.memberLimits ?? NO_LIMITS);
  const policy: Record<string, unknown> = shownPolicy(record.policy ?? {});
  const answer: Record<string, unknown> = {};
  for (const [field, use] of Object.entries(fields)) {
    if (use.use === 'limit') answer[field] = limits[field];
    else if (use.use === 'policy') answer[field] = policy[field];
    else if (use.use === 'memberLimit') answer[field] = memberLimits[use.as];
    else if (use.use === 'column') answer[field] = record[use.column] ?? use.cleared;
    else if (use.use === 'kept') answer[field] = record.settings[field] ?? use.empty;
    else if (use.use === 'metadata') answer[field] = shownMetadata(record.metadata, limits);
    else if (use.use === 'listed') answer[field] = record.metadata[field] ?? [];
  }
  return answer;
}

/** As LiteLLM's readers look for them, limits of models are in the metadata too. */
function shownMetadata(
  metadata: Readonly<Record<string, unknown>>,
  limits: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const moved = MOVED.filter((field) => Object.keys(limits[field] as object).length > 0);
  return { ...metadata, ...Object.fromEntries(moved.map((field) => [field, limits[field]])) };
}

import type { EntryKind, SpentEntry } from '@tollgate/contracts';
import { toDollars } from '../../dollars.js';
import { budgetTable, tierTable } from '../budget-table.js';
import type { FieldTable } from '../fields/field-use.js';
import { shownRecord } from '../fields/show-record.js';
import { budgetResetAt } from '../limits/show-limits.js';
import type { Moment } from '../moment.js';

/** How one kind of the directory looks in LiteLLM's API. */
export interface EntrySpec {
  readonly kind: EntryKind;
  /** For errors: `teams`. */
  readonly of: string;
  /** `team_id` */
  readonly idField: string;
  readonly fields: FieldTable;
  /** Its limits are shown as LiteLLM keeps them: in a table that it links to. */
  readonly linksBudget: boolean;
}

const iso = (time: number): string => new Date(time).toISOString();

/** What answers hold of every kind; clients send it back. */
export const ANSWERED_BY_ALL = [
  ...[
    'spend',
    'budget_reset_at',
    'litellm_budget_table',
    'created_at',
    'created_by',
    'updated_at',
    'updated_by',
  ],
] as const;

/** An entry in LiteLLM's fields. */
export function entryRow(
  { idField, fields, linksBudget }: EntrySpec,
  entry: SpentEntry,
  tier: SpentEntry | undefined,
  moment: Moment,
): Record<string, unknown> {
  const hasLimits = entry.limits.budgets.length > 0 || entry.limits.requestsPerMinute !== null;
  const ownTable = linksBudget && (hasLimits || entry.limits.tokensPerMinute !== null);
  return {
    [idField]: entry.id,
    ...shownRecord(entry, fields),
    spend: toDollars(entry.spendNanos),
    budget_reset_at: budgetResetAt(entry.limits, moment.now, moment.timeZone),
    litellm_budget_table: ownTable
      ? budgetTable(entry.limits, entry.budgetId, moment)
      : tierTable(tier, moment),
    created_at: iso(entry.createdAt),
    created_by: entry.createdBy,
    updated_at: iso(entry.updatedAt),
    updated_by: entry.updatedBy,
  };
}

import type { AuditRecord } from '@tollgate/contracts';
import { z } from 'zod';
import { invalidField } from '../fields/field-errors.js';
import { wholeNumber } from '../paging.js';

/** LiteLLM's tables and what they hold. */
const TABLES = {
  LiteLLM_VerificationToken: 'key',
  LiteLLM_TeamTable: 'team',
  LiteLLM_UserTable: 'user',
  LiteLLM_OrganizationTable: 'organization',
  LiteLLM_ProjectTable: 'project',
  LiteLLM_EndUserTable: 'end_user',
  LiteLLM_TagTable: 'tag',
  LiteLLM_BudgetTable: 'budget',
  LiteLLM_ProxyModelTable: 'model',
} as const;

const DAY_MS = 86_400_000;
const whole = wholeNumber(1_000);

/** The parameters of `GET /audit`. Rows are told newest first; `cursor` is where the page before ended. */
export const auditQuery = z.object({
  page: z.string().optional(),
  page_size: whole.optional(),
  limit: whole.optional(),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'is no cursor of an answer')
    .transform(Number)
    .optional(),
  changed_by: z.string().optional(),
  action: z.string().optional(),
  table_name: z.string().optional(),
  object: z.string().optional(),
  object_id: z.string().optional(),
  start_date: z.string().optional(),
  end_date: z.string().optional(),
});

const ACTIONS = ['created', 'updated', 'deleted', 'blocked', 'unblocked', 'rotated', 'reset'] as const;

export function auditFilter(query: z.infer<typeof auditQuery>) {
  if (query.page !== undefined && query.page !== '1')
    throw invalidField('page', 'is the first only: go on by cursor (next_cursor of the answer)');
  const object = query.object ?? objectOf(query.table_name);
  return {
    ...(object !== undefined && { object }),
    ...(query.object_id !== undefined && { objectId: query.object_id }),
    ...(query.changed_by !== undefined && { changedBy: query.changed_by }),
    ...(query.action !== undefined && { action: actionOf(query.action) }),
    ...(query.start_date !== undefined && { from: timeOf(query.start_date, 'start_date', 0) }),
    ...(query.end_date !== undefined && { to: timeOf(query.end_date, 'end_date', DAY_MS) }),
    ...(query.cursor !== undefined && { before: query.cursor }),
    limit: query.page_size ?? query.limit ?? 50,
  };
}

const objectOf = (table: string | undefined): string | undefined =>
  table === undefined ? undefined : ((TABLES as Readonly<Record<string, string>>)[table] ?? table);

function actionOf(text: string): AuditRecord['action'] {
  const found = ACTIONS.find((action) => action === text);
  if (found === undefined) throw invalidField('action', `must be one of ${ACTIONS.join(', ')}`);
  return found;
}

/** A day as an end includes its last moment. */
function timeOf(text: string, param: string, day: number): number {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const zoned = isDay || /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`;
  const time = Date.parse(zoned.replace(' ', 'T'));
  if (Number.isNaN(time)) throw invalidField(param, 'must be YYYY-MM-DD or YYYY-MM-DD HH:MM:SS');
  return isDay ? time + day : time;
}

const tableOf = (object: string): string =>
  Object.entries(TABLES).find(([, held]) => held === object)?.[0] ?? object;

/** A change in LiteLLM's shape, with its place in the chain. */
export const auditRow = (record: AuditRecord) => ({
  id: String(record.sequence),
  updated_at: new Date(record.at).toISOString(),
  changed_by: record.actor.userId ?? '',
  changed_by_api_key: record.actor.keyHash,
  changed_by_role: record.actor.role,
  action: record.action,
  table_name: tableOf(record.object),
  object: record.object,
  object_id: record.objectId,
  before_value: record.before,
  updated_values: record.after,
  sequence: record.sequence,
  previous_hash: record.previousHash,
  hash: record.hash,
});

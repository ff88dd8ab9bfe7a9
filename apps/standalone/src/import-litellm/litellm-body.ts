import type { FieldTable } from '@tollgate/ingress';
import type { Row } from './source.js';
import { listOf, objectOf, timeOf } from './values.js';

const RATES = ['rpm_limit', 'tpm_limit', 'max_parallel_requests'];
/** LiteLLM's users write all nines for no limit. */
const HIGHEST_RATE = 2_000_000_000;

const MODEL_BUDGET_FIELDS = [
  ...['budget_limit', 'max_budget', 'time_period', 'budget_duration', 'rpm_limit', 'tpm_limit'],
];
const FURTHER_BUDGET_FIELDS = ['max_budget', 'budget_duration', 'soft_budget'];

const pick = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]]));

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** A row as a request of LiteLLM's admin API would have it: the columns that its fields know, as far as they say anything. */
export function bodyOf(row: Row, fields: FieldTable, now: number): Row {
  const known = Object.entries(row).filter(([column, value]) => !isNothing(value) && isSent(fields, column));
  const body: Record<string, unknown> = Object.fromEntries(known);
  for (const rate of RATES)
    if (typeof body[rate] === 'number') body[rate] = Math.min(body[rate], HIGHEST_RATE);
  if ('model_max_budget' in body) body['model_max_budget'] = modelBudgets(body['model_max_budget']);
  if ('budget_limits' in body)
    body['budget_limits'] = listOf(body['budget_limits']).map((one) =>
      pick(objectOf(one), FURTHER_BUDGET_FIELDS),
    );
  if (!isNothing(row['object_permission_id']) && 'object_permission' in fields)
    body['object_permission'] = { object_permission_id: row['object_permission_id'] };
  return 'metadata' in body ? { ...body, ...ofMetadata(objectOf(body['metadata']), fields, now) } : body;
}

/** What was spent is taken from the calls. */
function isSent(fields: FieldTable, column: string): boolean {
  if (column === 'spend') return false;
  const use = Object.hasOwn(fields, column) ? fields[column]?.use : undefined;
  return use !== undefined && use !== 'answered' && use !== 'own';
}

const modelBudgets = (value: unknown): Row =>
  Object.fromEntries(
    Object.entries(objectOf(value)).map(([model, budget]) => [
      model,
      typeof budget === 'number' ? { max_budget: budget } : pick(objectOf(budget), MODEL_BUDGET_FIELDS),
    ]),
  );

/** LiteLLM keeps more room in a budget in the metadata. What is over is none. */
function ofMetadata(metadata: Row, fields: FieldTable, now: number): Row {
  const { temp_budget_increase: increase, temp_budget_expiry: expiry, ...kept } = metadata;
  const until = timeOf(expiry);
  const isRunning = !isNothing(increase) && until !== null && until > now;
  return {
    metadata: kept,
    ...(isRunning &&
      'temp_budget_increase' in fields && {
        temp_budget_increase: increase,
        temp_budget_expiry: new Date(until).toISOString(),
      }),
  };
}

import type { Budget, Limits, RateLimits } from '@tollgate/contracts';
import { expiryOf } from '../../keys/key-duration.js';
import { invalidField } from '../fields/field-errors.js';
import type { LimitFields } from './limit-schemas.js';

const NO_RATES: RateLimits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxParallelRequests: null,
  budgets: [],
};

/**
 * `Limits` after a change by LiteLLM's fields: what is absent stays, null clears. The first budget is the one of `max_budget`,
 * `soft_budget` and `budget_duration`; those of `budget_limits` follow it. Throws `invalid_request` naming the field.
 */
export function changedLimits(current: Limits, fields: LimitFields, now: number): Limits {
  return {
    requestsPerMinute: pick(fields.rpm_limit, current.requestsPerMinute),
    tokensPerMinute: pick(fields.tpm_limit, current.tokensPerMinute),
    maxParallelRequests: pick(fields.max_parallel_requests, current.maxParallelRequests),
    budgets: changedBudgets(current.budgets, fields),
    models: changedModels(current.models, fields),
    temporaryIncrease: changedIncrease(current.temporaryIncrease, fields, now),
  };
}

const pick = <Value>(given: Value | null | undefined, current: Value | null): Value | null =>
  given === undefined ? current : given;

function changedBudgets([primary, ...further]: readonly Budget[], fields: LimitFields): Budget[] {
  const first: Budget = {
    window: pick(fields.budget_duration, primary?.window ?? null),
    maxNanos: pick(fields.max_budget, primary?.maxNanos ?? null),
    softNanos: pick(fields.soft_budget, primary?.softNanos ?? null),
  };
  const others = fields.budget_limits === undefined ? further : (fields.budget_limits ?? []);
  checkBudgets(first, others, fields);
  const says = first.window !== null || first.maxNanos !== null || first.softNanos !== null;
  // The first place is kept even by a budget that limits nothing: the others must not be taken for it.
  return says || others.length > 0 ? [first, ...others] : [];
}

/** What a change would make of them; what it leaves alone is as it was. */
function checkBudgets(first: Budget, others: readonly Budget[], fields: LimitFields): void {
  const isChanged = fields.max_budget !== undefined || fields.soft_budget !== undefined;
  if (isChanged && isSoftOver(first)) {
    if (fields.soft_budget === undefined)
      throw invalidField('max_budget', 'must not be less than soft_budget');
    throw invalidField('soft_budget', 'must not be more than max_budget');
  }
  for (const [index, budget] of (fields.budget_limits ?? []).entries())
    if (isSoftOver(budget))
      throw invalidField(`budget_limits.${index}.soft_budget`, 'must not be more than max_budget');
  if (fields.budget_limits === undefined && fields.budget_duration === undefined) return;
  const limiting = [first, ...others].filter(
    ({ maxNanos, softNanos }) => maxNanos !== null || softNanos !== null,
  );
  const windows = limiting.map(({ window }) => window ?? 'none');
  const twice = windows.find((window, index) => windows.indexOf(window) !== index);
  if (twice !== undefined)
    throw invalidField(
      fields.budget_limits === undefined ? 'budget_duration' : 'budget_limits',
      `must not have two budgets of the same budget_duration (${twice})`,
    );
}

const isSoftOver = ({ maxNanos, softNanos }: Budget): boolean =>
  maxNanos !== null && softNanos !== null && softNanos > maxNanos;

function changedModels(current: Limits['models'], fields: LimitFields): Limits['models'] {
  const { model_max_budget: budgets, model_rpm_limit: requests, model_tpm_limit: tokens } = fields;
  if (budgets === undefined && requests === undefined && tokens === undefined) return current;
  const names = new Set([current, budgets, requests, tokens].flatMap((models) => Object.keys(models ?? {})));
  const models: Record<string, RateLimits> = {};
  for (const name of names) {
    const before = current[name] ?? NO_RATES;
    const budget = budgets?.[name];
    const changed: RateLimits = {
      requestsPerMinute: ofModel(requests, name, pick(budget?.requestsPerMinute, before.requestsPerMinute)),
      tokensPerMinute: ofModel(tokens, name, pick(budget?.tokensPerMinute, before.tokensPerMinute)),
      maxParallelRequests: before.maxParallelRequests,
      budgets: budgets === undefined ? before.budgets : budgetsOf(budget),
    };
    if (limitsAnything(changed)) models[name] = changed;
  }
  return models;
}

/** A map replaces the whole of its kind: a model that it does not name has no such limit. */
const ofModel = (
  given: Readonly<Record<string, number>> | null | undefined,
  name: string,
  current: number | null,
): number | null => (given === undefined ? current : (given?.[name] ?? null));

const budgetsOf = (given: Pick<Budget, 'window' | 'maxNanos'> | undefined): Budget[] =>
  given === undefined || given.maxNanos === null
    ? []
    : [{ window: given.window, maxNanos: given.maxNanos, softNanos: null }];

const limitsAnything = (limits: RateLimits): boolean =>
  limits.budgets.length > 0 ||
  [limits.requestsPerMinute, limits.tokensPerMinute, limits.maxParallelRequests].some(
    (rate) => rate !== null,
  );

function changedIncrease(
  current: Limits['temporaryIncrease'],
  { temp_budget_increase: nanos, temp_budget_expiry: expiry }: LimitFields,
  now: number,
): Limits['temporaryIncrease'] {
  if (nanos === null || expiry === null) return null;
  if (nanos === undefined && expiry === undefined) return current;
  const until = expiry === undefined ? current?.until : untilOf(expiry, now);
  const more = nanos ?? current?.nanos;
  if (until === undefined) throw invalidField('temp_budget_expiry', 'is required with temp_budget_increase');
  if (more === undefined) throw invalidField('temp_budget_increase', 'is required with temp_budget_expiry');
  return { nanos: more, until };
}

/** A date, a time, or how long from now (`10d`). */
function untilOf(text: string, now: number): number {
  const until = /^\d{4}-\d{2}-\d{2}/.test(text)
    ? Date.parse(text)
    : expiryOf(text, now, 'temp_budget_expiry');
  if (until === null || Number.isNaN(until) || until <= now)
    throw invalidField('temp_budget_expiry', 'must be a date, a time or a duration that ends in the future');
  return until;
}

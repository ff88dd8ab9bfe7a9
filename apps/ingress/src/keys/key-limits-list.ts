import { matchesPattern } from '@tollgate/config';
import { scopeName, type Budget, type Limits, type RateLimits, type ScopeRecord } from '@tollgate/contracts';
import type { BudgetReading, ScopeBudget } from '../admin/spend/budget-readings.js';
import { toDollars } from '../dollars.js';

/** own: set on the scope itself. tier: of the budget tier that it links to. team: what its team gives every member. config: the file's. */
type LimitSource = 'own' | 'tier' | 'team' | 'config';

/** What binds the calls of a key, with the limits that the scope has itself (undefined: it is nobody's record). */
export interface BindingScope {
  readonly record: ScopeRecord;
  readonly own: Limits | undefined;
  readonly inherited: Exclude<LimitSource, 'own'>;
}

const RATES = {
  requestsPerMinute: 'requests_per_minute',
  tokensPerMinute: 'tokens_per_minute',
  maxParallelRequests: 'parallel_requests',
} as const;

type Rate = keyof typeof RATES;

/** Limits of one scope: of all calls, or of those for one name. */
interface Part {
  readonly scope: BindingScope;
  readonly model: string;
  readonly limits: RateLimits;
  readonly own: RateLimits | undefined;
}

const partsOf = (scope: BindingScope, model: string | undefined): Part[] => [
  { scope, model: '', limits: scope.record.limits, own: scope.own },
  ...Object.entries(scope.record.limits.models)
    .filter(([pattern]) => model === undefined || matchesPattern(pattern, model))
    .map(([pattern, limits]) => ({ scope, model: pattern, limits, own: scope.own?.models[pattern] })),
];

/** Every budget of the scopes that binds calls for a model (undefined: for any). */
export const budgetsOf = (scopes: readonly BindingScope[], model: string | undefined): ScopeBudget[] =>
  scopes
    .flatMap((scope) => partsOf(scope, model))
    .flatMap(({ scope: { record }, model: name, limits }) =>
      limits.budgets.filter(isSet).map((budget) => ({ scope: record, model: name, budget })),
    );

const isSet = ({ maxNanos, softNanos }: Budget): boolean => maxNanos !== null || softNanos !== null;

/** Every limit of the scopes, as `POST /key/explain` tells it. `readings`: of `budgetsOf`, in its order. */
export function listedLimits(
  scopes: readonly BindingScope[],
  model: string | undefined,
  readings: readonly (BudgetReading | null)[],
  now: number,
): object[] {
  let next = 0;
  return scopes
    .flatMap((scope) => partsOf(scope, model))
    .flatMap((part) => [
      ...(Object.keys(RATES) as Rate[]).flatMap((rate) => listedRate(part, rate)),
      ...part.limits.budgets.filter(isSet).map((budget) => {
        const reading = readings[next] ?? null;
        next += 1;
        return listedBudget(part, budget, reading, now);
      }),
    ]);
}

const common = ({ scope: { record }, model }: Part) => ({
  scope: scopeName(record),
  scope_alias: record.alias,
  model: model === '' ? null : model,
});

function listedRate(part: Part, rate: Rate): object[] {
  const limit = part.limits[rate];
  if (limit === null) return [];
  const source: LimitSource = part.own?.[rate] === limit ? 'own' : part.scope.inherited;
  const window = rate === 'maxParallelRequests' ? null : '1m';
  return [{ ...common(part), limit: RATES[rate], window, max: limit, source }];
}

function listedBudget(part: Part, budget: Budget, reading: BudgetReading | null, now: number): object {
  const { window, maxNanos, softNanos } = budget;
  const increase = part.scope.record.limits.temporaryIncrease;
  const more = increase !== null && now < increase.until ? increase.nanos : 0;
  const most = maxNanos === null ? null : maxNanos + more;
  const taken = reading === null ? null : reading.spentNanos + reading.dueNanos + reading.heldNanos;
  const isOwn = part.own?.budgets.some((own) => own.window === window && own.maxNanos === maxNanos) === true;
  return {
    ...common(part),
    limit: softNanos !== null && maxNanos === null ? 'soft_budget' : 'budget',
    window,
    max: dollarsOf(most),
    soft: dollarsOf(softNanos),
    used: dollarsOf(reading?.spentNanos),
    due: dollarsOf(reading?.dueNanos),
    held: dollarsOf(reading?.heldNanos),
    left: most === null || taken === null ? null : toDollars(Math.max(0, most - taken)),
    resets_at:
      reading?.resetsAt === null || reading === null ? null : new Date(reading.resetsAt).toISOString(),
    source: isOwn ? 'own' : part.scope.inherited,
  };
}

const dollarsOf = (nanos: number | null | undefined): number | null =>
  nanos === null || nanos === undefined ? null : toDollars(nanos);

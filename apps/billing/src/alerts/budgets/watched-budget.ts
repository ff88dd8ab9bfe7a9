import { windowEnd, windowStart } from '@tollgate/config';
import { counterName, scopeName, type Budget, type ScopeRecord } from '@tollgate/contracts';

/** A budget in the window that holds now. Times are epoch milliseconds. */
export interface WatchedBudget {
  readonly counter: string;
  readonly scope: ScopeRecord;
  /** Of calls for one model name (or pattern) alone. */
  readonly model: string | null;
  readonly window: string | null;
  readonly start: number;
  /** null: it has no window. */
  readonly end: number | null;
  /** A temporary increase is in it. */
  readonly maxNanos: number | null;
  readonly softNanos: number | null;
}

/** The budgets of a scope, each in its running window. */
export function budgetsOf(scope: ScopeRecord, now: number, timeZone: string): WatchedBudget[] {
  const { budgets, models } = scope.limits;
  return [
    ...budgets.map((budget) => watched(scope, budget, null, { now, timeZone })),
    ...Object.entries(models).flatMap(([model, limits]) =>
      limits.budgets.map((budget) => watched(scope, budget, model, { now, timeZone })),
    ),
  ];
}

function watched(
  scope: ScopeRecord,
  { window, maxNanos, softNanos }: Budget,
  model: string | null,
  { now, timeZone }: { readonly now: number; readonly timeZone: string },
): WatchedBudget {
  const start = window === null ? 0 : windowStart(window, now, timeZone);
  const { temporaryIncrease } = scope.limits;
  const increase = temporaryIncrease !== null && temporaryIncrease.until > now ? temporaryIncrease.nanos : 0;
  return {
    counter: counterName(scopeName(scope), window, start, model ?? ''),
    scope,
    model,
    window,
    start,
    end: window === null ? null : windowEnd(window, now, timeZone),
    maxNanos: maxNanos === null ? null : maxNanos + increase,
    softNanos,
  };
}

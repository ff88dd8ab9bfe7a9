import type { BudgetAlertDetails } from '@tollgate/contracts';
import type { WatchedBudget } from './watched-budget.js';

type Threshold = BudgetAlertDetails['threshold'];

/** A line that spend has crossed. */
export interface Crossing {
  readonly threshold: Threshold;
  readonly event: BudgetAlertDetails['event'];
  /** The budget that it is a part of. */
  readonly limitNanos: number;
  readonly projectedAt: number | null;
  readonly projectedNanos: number | null;
}

/** Shares of a hard budget, the highest first: of those that were crossed the highest is told. */
const SHARES = [
  { threshold: '100', share: 1, event: 'budget_crossed' },
  { threshold: '95', share: 0.95, event: 'threshold_crossed' },
  { threshold: '85', share: 0.85, event: 'threshold_crossed' },
] as const;

/** A forecast says nothing before this part of a window is over, and of windows that are shorter than a day. */
const EARLIEST_SHARE = 0.1;
const SHORTEST_WINDOW_MS = 24 * 3_600_000;

/** The soft budget and the highest share of the hard one that spend has reached. A budget of nothing is no news. */
export function crossingsOf({ maxNanos, softNanos }: WatchedBudget, spentNanos: number): Crossing[] {
  const crossings: Crossing[] = [];
  const add = (threshold: Threshold, event: Crossing['event'], limitNanos: number): number =>
    crossings.push({ threshold, event, limitNanos, projectedAt: null, projectedNanos: null });
  if (softNanos !== null && softNanos > 0 && spentNanos >= softNanos)
    add('soft', 'soft_budget_crossed', softNanos);
  if (maxNanos === null || maxNanos <= 0) return crossings;
  const reached = SHARES.find(({ share }) => spentNanos >= maxNanos * share);
  if (reached !== undefined) add(reached.threshold, reached.event, maxNanos);
  return crossings;
}

/** Whether a hard budget will be reached before its window ends, if calls go on costing what they did; null: it will not. */
export function forecastOf(
  { maxNanos, start, end }: WatchedBudget,
  spentNanos: number,
  now: number,
): Crossing | null {
  if (maxNanos === null || end === null || end - start < SHORTEST_WINDOW_MS) return null;
  const elapsed = now - start;
  if (elapsed < (end - start) * EARLIEST_SHARE || spentNanos >= maxNanos) return null;
  const projectedNanos = Math.round((spentNanos / elapsed) * (end - start));
  if (projectedNanos <= maxNanos) return null;
  const projectedAt = Math.round(start + (elapsed * maxNanos) / spentNanos);
  return {
    threshold: 'forecast',
    event: 'projected_limit_exceeded',
    limitNanos: maxNanos,
    projectedAt,
    projectedNanos,
  };
}

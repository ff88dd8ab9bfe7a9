import type { BudgetLimit, BudgetUse, CallCost, CounterReading } from './budgets.js';
import type { AdmitRequest, BudgetRefusal } from './state.js';

/** A counter and the calls that name it are kept for so long after the window's end: charges may come late. */
const COUNTER_KEEP_MS = 7 * 86_400_000;
/** How long a counter is kept whose window nobody told: longer than any usual window. */
export const UNNAMED_KEEP_MS = 400 * 86_400_000;

/** What is asked of budgets for a call: the least that must be free, and what would do. */
export interface Ask {
  readonly least: number;
  readonly likely: number;
  readonly most: number;
}

/** A call that costs anything needs some room, so an empty budget lets nothing through. */
export const askOf = ({ leastNanos, likelyNanos, mostNanos }: CallCost): Ask => ({
  least: Math.max(1, leastNanos),
  likely: likelyNanos,
  most: mostNanos,
});

/**
 * What is held for a call of what its tightest budget has free: what it is likely to cost, or the most it can cost if an eighth
 * of what is free pays for that. Less when that is all there is.
 */
export const holdOf = ({ least, likely, most }: Ask, free: number): number =>
  Math.min(free, Math.max(least, likely, Math.min(most, Math.floor(free / 8))));

/** The budgets that a call asks: a free one asks none. */
export const budgetsOf = ({ budgets = [], cost }: AdmitRequest): readonly BudgetLimit[] =>
  cost === null || cost === undefined ? [] : budgets;

/** The amounts of a counter. */
export interface Sums {
  readonly spent: number;
  readonly due: number;
  readonly held: number;
}

export const readingOf = (counter: string, { spent, due, held }: Sums): CounterReading => ({
  counter,
  spentNanos: spent,
  dueNanos: due,
  heldNanos: held,
});

export const useOf = ({ counter, maxNanos }: BudgetLimit, { spent, due, held }: Sums): BudgetUse => ({
  counter,
  maxNanos,
  spentNanos: spent,
  dueNanos: due,
  heldNanos: held,
});

export const overBudget = (budget: BudgetLimit, sums: Sums): BudgetRefusal => ({
  granted: false,
  kind: 'budget',
  scope: budget.scope,
  window: budget.window,
  resetAt: budget.resetAt,
  ...useOf(budget, sums),
});

/** The start of a counter's window: the last part of its name. */
export const windowStartOf = (counter: string): number => Number(counter.slice(counter.lastIndexOf('|') + 1));

/** When a counter is forgotten; null: never. */
export const keptUntil = (resetAt: number | null): number | null =>
  resetAt === null ? null : resetAt + COUNTER_KEEP_MS;

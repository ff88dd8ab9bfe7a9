import type { BudgetLimit, CallCost } from './budgets.js';

/**
 * A call whose attempts together cost no more than is held for it. What is set aside for it follows from what happened to it,
 * in whatever order.
 */
export class ModelCall {
  readonly attempts = new Map<string, { cost: number; isKnown: boolean }>();
  /** What attempts were said to cost that are not charged yet. */
  private readonly debts = new Map<string, number>();
  /** Of the call as a whole, with what was known of its attempts. */
  private settledCost: number | null = null;
  private awaited: string | null = null;
  private isOver = false;

  constructor(
    readonly id: string,
    readonly leaseUntil: number,
    readonly budgets: readonly BudgetLimit[],
    public hold: number,
  ) {}

  get charged(): number {
    let sum = 0;
    for (const { cost } of this.attempts.values()) sum += cost;
    return sum;
  }

  get hasUnknown(): boolean {
    return [...this.attempts.values()].some(({ isKnown }) => !isKnown);
  }

  get isSettled(): boolean {
    return this.isOver || this.settledCost !== null || this.awaited !== null;
  }

  get owed(): number {
    return [...this.debts.values()].reduce((sum, cost) => sum + cost, 0);
  }

  get held(): number {
    return this.isOver || this.settledCost !== null ? 0 : this.hold - this.charged - this.owed;
  }

  get due(): number {
    return this.settledCost === null ? this.owed : this.settledCost - this.charged;
  }

  /** The first that is known counts; until then the first that is not. */
  charge(attemptId: string, cost: number, isKnown: boolean): void {
    const before = this.attempts.get(attemptId);
    if (before !== undefined && (before.isKnown || !isKnown)) return;
    this.attempts.set(attemptId, { cost, isKnown });
    this.debts.delete(attemptId);
    // What the settlement waited for is known, or what was unknown.
    if (attemptId === this.awaited || before !== undefined) this.endIfKnown();
  }

  settle(cost: number | null, attemptId: string): void {
    if (this.isSettled) return;
    if (cost !== null) {
      this.settledCost = cost;
      return;
    }
    this.awaited = attemptId;
    if (this.attempts.get(attemptId)?.isKnown === true || this.debts.has(attemptId)) this.endIfKnown();
  }

  owe(attemptId: string, cost: number): void {
    if (this.attempts.has(attemptId) || this.debts.has(attemptId)) return;
    this.debts.set(attemptId, cost);
    if (attemptId === this.awaited) this.endIfKnown();
  }

  debtOf(attemptId: string): number | undefined {
    return this.debts.get(attemptId);
  }

  sweep(): void {
    this.isOver = true;
    this.debts.clear();
    this.settledCost = null;
  }

  private endIfKnown(): void {
    if (this.awaited !== null && !this.hasUnknown) this.isOver = true;
  }
}

/** Sums over calls, nothing more. */
export class MoneyModel {
  readonly calls: ModelCall[] = [];
  private readonly seeded = new Map<string, number>();

  seed(counter: string, nanos: number): void {
    this.seeded.set(counter, nanos);
  }

  /** `[spent, due, held]` */
  sums(counter: string): [number, number, number] {
    const all = this.calls.filter(({ budgets }) => budgets.some((budget) => budget.counter === counter));
    const total = (of: (call: ModelCall) => number): number => all.reduce((sum, call) => sum + of(call), 0);
    const spent = (this.seeded.get(counter) ?? 0) + total(({ charged }) => charged);
    return [spent, total(({ due }) => due), total(({ held }) => held)];
  }

  free({ counter, maxNanos }: BudgetLimit): number {
    return this.sums(counter).reduce((left, sum) => left - sum, maxNanos);
  }

  room(budgets: readonly BudgetLimit[]): number {
    return Math.min(...budgets.map((budget) => this.free(budget)));
  }

  /** What is held for a call that is let in; null: it is not. */
  holdFor(budgets: readonly BudgetLimit[], { leastNanos, likelyNanos, mostNanos }: CallCost): number | null {
    const free = this.room(budgets);
    if (free < Math.max(1, leastNanos)) return null;
    const wanted = Math.max(likelyNanos, Math.min(mostNanos, Math.floor(free / 8)));
    return Math.max(1, leastNanos, Math.min(free, wanted));
  }
}

/** Own costs stay pending for so many answers of billing: usage events take their time to the ledger. */
const PENDING_ANSWERS = 10;

/**
 * What was spent of one budget in the present window, in nano-dollars: what the ledger says, and what this replica knows to have
 * spent since. An answer of the ledger may or may not contain the newest own costs, and always contains others' that nobody here
 * knows of. So the figure never counts a cost twice and never falls below the ledger; own costs that are on their way may be
 * hidden behind others' for as long as they are.
 */
export class SpendFigure {
  private known = 0;
  /** Since the last answer. */
  private added = 0;
  /** Own costs between answers, the newest last. */
  private readonly pending: number[] = [];

  get nanos(): number {
    return this.known + this.added;
  }

  add(costNanos: number): void {
    this.added += costNanos;
  }

  /** The ledger's answer. Where the figure is above it, recent own costs must account for that. */
  settle(ledgerNanos: number): void {
    this.pending.push(this.added);
    if (this.pending.length > PENDING_ANSWERS) this.pending.shift();
    const ownNanos = this.pending.reduce((sum, nanos) => sum + nanos, 0);
    this.known = Math.max(ledgerNanos, Math.min(this.nanos, ledgerNanos + ownNanos));
    this.added = 0;
  }
}

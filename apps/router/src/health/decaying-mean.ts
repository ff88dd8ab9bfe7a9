/**
 * A mean in which what was seen long ago weighs less: half as much after every half-life. It takes whatever comes in one
 * millisecond for equal, and costs the same however much it has seen.
 */
export class DecayingMean {
  private sum = 0;
  private weight = 0;
  /** Epoch ms. */
  private at = 0;

  constructor(private readonly halfLifeMs: number) {}

  /** `count` values whose sum is `sum`. */
  add(sum: number, count: number, now: number): void {
    const kept = this.kept(now);
    this.sum = this.sum * kept + sum;
    this.weight = this.weight * kept + count;
    this.at = now;
  }

  /** Stays as it is while nothing comes. Null: nothing came yet. */
  get mean(): number | null {
    return this.weight === 0 ? null : this.sum / this.weight;
  }

  /** The mean with so many zeros among the values, whose weight stays: it goes to 0 while nothing comes. */
  meanWith(zeros: number, now: number): number {
    if (this.sum === 0) return 0;
    const kept = this.kept(now);
    return (this.sum * kept) / (this.weight * kept + zeros);
  }

  private kept(now: number): number {
    return now <= this.at ? 1 : 2 ** ((this.at - now) / this.halfLifeMs);
  }
}

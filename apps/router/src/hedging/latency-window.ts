const SIZE = 256;
/** Fewer than this say nothing about a tail. */
const ENOUGH = 20;
/** The sorted copy serves this many further samples. */
const STALE_AFTER = 16;

/** The last latencies (ms) of one kind of call, and where their tail begins. */
export class LatencyWindow {
  private readonly samples: number[] = [];
  private next = 0;
  private sorted: readonly number[] = [];
  private unseen = 0;

  add(milliseconds: number): void {
    this.samples[this.next] = milliseconds;
    this.next = (this.next + 1) % SIZE;
    this.unseen += 1;
  }

  /** The latency that a share of the calls stays below (0.95: the p95); null while too few are known. */
  quantile(share: number): number | null {
    if (this.samples.length < ENOUGH) return null;
    const sorted = this.inOrder();
    return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
  }

  /** How much longer a call that has taken `elapsed` usually takes: the mean of what the slower ones took beyond it. */
  residual(elapsed: number): number {
    const slower = this.inOrder().filter((sample) => sample > elapsed);
    if (slower.length === 0) return 0;
    return slower.reduce((sum, sample) => sum + sample - elapsed, 0) / slower.length;
  }

  private inOrder(): readonly number[] {
    if (this.unseen >= STALE_AFTER || this.sorted.length === 0) {
      this.sorted = [...this.samples].sort((left, right) => left - right);
      this.unseen = 0;
    }
    return this.sorted;
  }
}

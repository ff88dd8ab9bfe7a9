/** Whoever works for a call that is ended has so long to say what it has spent. */
const WIND_UP_MS = 1_000;

/** Counts what is under way, so that a drain can wait for it. */
export class InFlight {
  private count = 0;
  private waiters: (() => void)[] = [];

  get size(): number {
    return this.count;
  }

  enter(): void {
    this.count += 1;
  }

  leave(): void {
    this.count -= 1;
    if (this.count > 0) return;
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  async track<Value>(work: () => Promise<Value>): Promise<Value> {
    this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Resolves when nothing is under way. After `graceMs` the rest is ended by `giveUp`, and given a moment to wind up. */
  async drained(graceMs: number, giveUp: () => void): Promise<void> {
    await this.idle(graceMs);
    if (this.count === 0) return;
    giveUp();
    await this.idle(WIND_UP_MS);
  }

  /** Resolves when nothing is under way, or after `graceMs`. */
  private idle(graceMs: number): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

import { Injectable } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';

/** A batch of fewer events was all that was waiting. */
const FULL_BATCH = 400;
/** Usage that waits comes within this time after the start, and one batch after the other. */
const QUIET_MS = 300;
/** So long a counter's seed waits for usage that waited; after that whoever asks has to ask again. */
const LONGEST_WAIT_MS = 4_000;

/**
 * Whether usage that was recorded before this process began is in the ledger: until then the ledger knows less than was spent, and
 * is no measure for counters. Once it has caught up it stays so.
 */
@Injectable()
export class Backlog {
  private readonly startedAt = performance.now();
  private running = 0;
  private endedAt = this.startedAt;
  private wasFull = false;
  private hasCaughtUp = false;

  /** Follows a batch of usage. */
  async follow<Result>(size: number, work: () => Promise<Result>): Promise<Result> {
    this.running += 1;
    let isDone = false;
    try {
      const result = await work();
      isDone = true;
      return result;
    } finally {
      this.running -= 1;
      this.endedAt = performance.now();
      // A batch that failed comes again.
      this.wasFull = !isDone || size >= FULL_BATCH;
    }
  }

  /** Nothing waits, as far as this replica can tell: nothing runs, and what came last was all that was there. */
  isEmpty(): boolean {
    if (this.running > 0) return false;
    return !this.wasFull || performance.now() - this.endedAt >= 10 * QUIET_MS;
  }

  /** Resolves when usage of before is in. Rejects with `service_unavailable` when that takes too long. */
  async caughtUp(): Promise<void> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    while (!this.hasCaughtUp) {
      const now = performance.now();
      const isQuiet = now - Math.max(this.startedAt, this.endedAt) >= QUIET_MS;
      if (this.isEmpty() && isQuiet) this.hasCaughtUp = true;
      else if (now >= deadline) throw behind();
      else await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 10));
    }
  }
}

const behind = (): GatewayError =>
  new GatewayError('service_unavailable', 'What was spent is still being counted', { retryAfterMs: 1_000 });

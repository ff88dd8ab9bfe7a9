import type { ErrorClass } from '@tollgate/config';
import type { MinuteCount } from './cooldown.js';

const MINUTE_MS = 60_000;

interface Count {
  calls: number;
  failures: number;
  readonly byClass: Partial<Record<ErrorClass, number>>;
}

/** Calls and failures of each deployment in the present minute of the clock, on this replica. */
export class FailureCounts {
  private readonly counts = new Map<string, Count>();
  private minute = 0;

  constructor(private readonly now: () => number) {}

  succeeded(deploymentId: string): void {
    this.countOf(deploymentId).calls += 1;
  }

  failed(deploymentId: string, errorClass: ErrorClass): MinuteCount {
    const count = this.countOf(deploymentId);
    count.calls += 1;
    count.failures += 1;
    count.byClass[errorClass] = (count.byClass[errorClass] ?? 0) + 1;
    return count;
  }

  /** A new beginning: what was counted before says nothing about what comes. */
  forget(deploymentId: string): void {
    this.counts.delete(deploymentId);
  }

  private countOf(deploymentId: string): Count {
    const minute = Math.floor(this.now() / MINUTE_MS);
    // All at once, so that deployments which are gone leave nothing behind.
    if (minute !== this.minute) this.counts.clear();
    this.minute = minute;
    let count = this.counts.get(deploymentId);
    if (count === undefined) this.counts.set(deploymentId, (count = { calls: 0, failures: 0, byClass: {} }));
    return count;
  }
}

import type { GatewayError, Outcome, Usage } from '@tollgate/contracts';
import type { Bill } from './usage-record.js';

/** What is known of a running attempt; becomes its outcome. */
export class AttemptState {
  delivered = false;
  error: GatewayError | null = null;
  usage: Usage | null = null;
  costNanos: number | null = null;
  private readonly startedAt = performance.now();
  private firstTokenMs: number | null = null;

  billed({ usage, costNanos }: Bill): void {
    this.usage = usage;
    this.costNanos = costNanos;
  }

  firstTokenSeen(): void {
    this.firstTokenMs ??= performance.now() - this.startedAt;
  }

  /** Milliseconds since the attempt began. */
  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  toOutcome(): Outcome {
    return {
      delivered: this.delivered,
      error: this.error?.toShape() ?? null,
      latencyMs: this.elapsedMs,
      firstTokenMs: this.firstTokenMs,
      usage: this.usage,
      costNanos: this.costNanos,
    };
  }
}

import type { GatewayError, Outcome, Usage } from '@tollgate/contracts';

/** What is known of a running attempt; becomes its outcome. */
export class AttemptState {
  delivered = false;
  error: GatewayError | null = null;
  usage: Usage | null = null;
  private readonly startedAt = performance.now();
  private firstTokenMs: number | null = null;

  firstTokenSeen(): void {
    this.firstTokenMs ??= performance.now() - this.startedAt;
  }

  toOutcome(): Outcome {
    return {
      delivered: this.delivered,
      error: this.error?.toShape() ?? null,
      latencyMs: performance.now() - this.startedAt,
      firstTokenMs: this.firstTokenMs,
      usage: this.usage,
    };
  }
}

import type { GatewayError, Outcome, PartialAnswer, ProviderLimits, Usage } from '@tollgate/contracts';
import type { Bill } from './usage-record.js';

/** What is known of a running attempt; becomes its outcome. */
export class AttemptState {
  delivered = false;
  error: GatewayError | null = null;
  usage: Usage | null = null;
  /** Of an attempt that reaches no provider it stays 0. */
  costNanos: number | null = 0;
  limits: ProviderLimits | undefined;
  /** The answer broke off here, and the caller waits for another attempt to go on. */
  partial: PartialAnswer | undefined;
  private readonly startedAt = performance.now();
  private firstTokenMs: number | null = null;
  private askedAt: number | undefined;
  private answeredAt: number | undefined;

  /** The request goes out to the provider. */
  asked(): void {
    this.askedAt = performance.now();
  }

  /** The provider's answer is known to be good: it is there as a whole, or its first event is. */
  answered(): void {
    this.answeredAt = performance.now();
  }

  billed({ usage, costNanos }: Bill): void {
    this.usage = usage;
    this.costNanos = costNanos;
  }

  firstTokenSeen(): void {
    this.firstTokenMs ??= performance.now() - this.startedAt;
  }

  /** Milliseconds from the request to the answer; 0 when no provider was asked. */
  get upstreamMs(): number {
    const { askedAt, answeredAt } = this;
    return askedAt === undefined || answeredAt === undefined ? 0 : answeredAt - askedAt;
  }

  toOutcome(): Outcome {
    const { delivered, error, usage, costNanos, firstTokenMs, limits, partial } = this;
    const outcome: Outcome = {
      delivered,
      error: error?.toShape() ?? null,
      latencyMs: performance.now() - this.startedAt,
      firstTokenMs,
      usage,
      costNanos,
    };
    if (limits !== undefined) outcome.limits = limits;
    if (partial !== undefined) outcome.partial = partial;
    return outcome;
  }
}

import { GatewayError, toGatewayError, type CallContract, type Outcome } from '@tollgate/contracts';
import type { CallBody, CallContext, CallHandler } from '../bus.js';
import type { ResponseSink } from './response-sink.js';

/** The one that works for an aborted call hears of it too: this long it has to say what it has spent. */
const ABORT_GRACE_MS = 250;

export type Forward = <Header>(
  contract: CallContract<Header>,
  target: string,
  header: Header,
) => Promise<Outcome>;

/** How a handler ended. */
export interface Settlement {
  readonly outcome: Outcome;
  /** Nothing has told the caller yet how the call ended: whoever is responsible to it must send this. */
  readonly untold: GatewayError | undefined;
}

/** A call in the hands of a handler, whatever carries it. */
export class ServedCall implements CallContext {
  private controller: AbortController | undefined;
  private reason: GatewayError | undefined;
  private wasDelivered = false;
  private readonly forwards = new Set<(reason: GatewayError) => void>();

  constructor(
    readonly response: ResponseSink,
    readonly body: CallBody,
    private readonly forwardCall: Forward,
  ) {}

  /** Made on first use: most calls end without anybody listening. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== undefined) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  abort(reason: GatewayError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.response.abort(reason);
    // Whoever has lost the caller may finish its work for the bill's sake: that is worth waiting for.
    if (reason.code !== 'caller_lost') for (const giveUp of this.forwards) giveUp(reason);
    this.controller?.abort(reason);
  }

  async forward<Header>(contract: CallContract<Header>, target: string, header: Header): Promise<Outcome> {
    const startedAt = performance.now();
    if (this.reason !== undefined) return undeliveredOutcome(this.reason, startedAt);
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      const giveUp = (reason: GatewayError): void => {
        setTimeout(() => resolve(undeliveredOutcome(reason, startedAt)), ABORT_GRACE_MS).unref();
      };
      this.forwards.add(giveUp);
      const settle = (): void => {
        this.forwards.delete(giveUp);
      };
      this.forwardCall(contract, target, header).finally(settle).then(resolve, reject);
    });
    if (outcome.delivered) this.wasDelivered = true;
    return outcome;
  }

  /** Runs the handler; never rejects. An error that goes unseen by the caller so far is `untold`. */
  async run(handler: CallHandler, header: unknown): Promise<Settlement> {
    const startedAt = performance.now();
    let returned: Outcome | undefined;
    let thrown: GatewayError | undefined;
    try {
      returned = await handler(header, this);
    } catch (cause) {
      thrown = toGatewayError(cause);
    }
    if (thrown === undefined) await this.response.flushed();
    const { headSent, isEnded } = this.response;
    const isTold = (headSent && isEnded) || (this.wasDelivered && !headSent);
    const error = thrown ?? (returned?.error ? GatewayError.fromShape(returned.error) : undefined);
    const untold = isTold
      ? undefined
      : (error ?? new GatewayError('internal', 'The call ended without an answer'));
    const outcome = returned ?? {
      ...undeliveredOutcome(thrown ?? untold, startedAt),
      delivered: headSent || this.wasDelivered,
    };
    return { outcome, untold };
  }
}

export function undeliveredOutcome(error: GatewayError | undefined, startedAt: number): Outcome {
  const latencyMs = performance.now() - startedAt;
  return {
    delivered: false,
    error: error?.toShape() ?? null,
    latencyMs,
    firstTokenMs: null,
    usage: null,
    costNanos: null,
  };
}

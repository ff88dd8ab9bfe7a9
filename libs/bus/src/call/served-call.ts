import { GatewayError, toGatewayError, type CallContract, type Outcome } from '@tollgate/contracts';
import type { CallBody, CallContext, CallHandler } from '../bus.js';
import type { ResponseSink } from './response-sink.js';

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

  get abortReason(): GatewayError | undefined {
    return this.reason;
  }

  abort(reason: GatewayError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.response.abort(reason);
    this.controller?.abort(reason);
  }

  async forward<Header>(contract: CallContract<Header>, target: string, header: Header): Promise<Outcome> {
    const startedAt = performance.now();
    const outcome =
      this.reason === undefined
        ? await this.forwardCall(contract, target, header)
        : undeliveredOutcome(this.reason, startedAt);
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
  return { delivered: false, error: error?.toShape() ?? null, latencyMs, firstTokenMs: null, usage: null };
}

import { GatewayError, toGatewayError, type CallContract, type Outcome } from '@tollgate/contracts';
import type { CallBody, CallContext, CallHandler, ForwardOptions } from '../bus.js';
import { anotherAnswered, cancelledError } from '../errors.js';
import { CallAbort } from './call-abort.js';
import { handlerError } from './handler-error.js';
import type { ResponseSink } from './response-sink.js';

/** The one that works for an aborted call hears of it too: this long it has to say what it has spent. */
const ABORT_GRACE_MS = 250;

/** An attempt to be sent. */
export interface ForwardRequest<Header> {
  readonly contract: CallContract<Header>;
  readonly target: string;
  readonly header: Header;
  /** How many attempts have yielded before: the caller takes the head of no other turn. */
  readonly turn: number;
  /** Present when the attempt may have a competitor: called when the caller has taken its head. */
  readonly delivered: (() => void) | undefined;
  /** Called once, after the attempt was sent. Undelivered when the caller took another attempt's head. */
  readonly ended: (outcome: Outcome) => void;
}

/** Sends an attempt; returns how to cancel it. */
export type Forward = <Header>(request: ForwardRequest<Header>) => () => void;

/** How a handler ended. */
export interface Settlement {
  readonly outcome: Outcome;
  /** Nothing has told the caller yet how the call ended: whoever is responsible to it must send this. */
  readonly untold: GatewayError | undefined;
  /** The one who forwarded the attempt is responsible: the caller has seen nothing, or a part that another attempt may go on from. */
  readonly isForwarders: boolean;
}

/** A call in the hands of a handler, whatever carries it. */
export class ServedCall implements CallContext {
  readonly aborts = new CallAbort();
  private wasDelivered = false;
  /** A forwarded attempt has answered, and the caller is owed nothing more. */
  private isAnswered = false;
  private turn = 0;
  private readonly forwards = new Set<(reason: GatewayError) => void>();

  constructor(
    readonly response: ResponseSink,
    readonly body: CallBody,
    private readonly forwardCall: Forward,
  ) {}

  get signal(): AbortSignal {
    return this.aborts.signal;
  }

  abort(reason: GatewayError): void {
    if (this.aborts.aborted) return;
    this.response.abort(reason);
    // Whoever has lost the caller may finish its work for the bill's sake: that is worth waiting for.
    if (reason.code !== 'caller_lost') for (const giveUp of this.forwards) giveUp(reason);
    this.aborts.abort(reason);
  }

  /** The forwarder wants no more of it. A caller that has the head, and is not left to another attempt, must hear how it ends. */
  cancel(): void {
    const reason = cancelledError();
    if (this.response.headSent && !this.response.isYielded) this.response.fail(reason);
    this.abort(reason);
  }

  forward<Header>(
    contract: CallContract<Header>,
    target: string,
    header: Header,
    options: ForwardOptions = {},
  ): Promise<Outcome> {
    const startedAt = performance.now();
    const { signal } = options;
    const reason = this.aborts.reason ?? (signal?.aborted === true ? cancelledError() : undefined);
    if (reason !== undefined) return Promise.resolve(undeliveredOutcome(reason, startedAt));
    let delivered = false;
    const mayCompete = signal !== undefined || options.delivered !== undefined;
    const onDelivered = (): void => {
      delivered = true;
      options.delivered?.();
    };
    return new Promise<Outcome>((resolve) => {
      const ended = (outcome: Outcome): void => {
        if (!this.forwards.delete(giveUp)) return;
        signal?.removeEventListener('abort', cancel);
        if (outcome.delivered) this.learnDelivery(outcome);
        resolve(outcome);
      };
      const giveUp = (reason: GatewayError): void => {
        const late = (): void => ended({ ...undeliveredOutcome(reason, startedAt), delivered });
        setTimeout(late, ABORT_GRACE_MS).unref();
      };
      this.forwards.add(giveUp);
      const { turn } = this;
      const heard = mayCompete ? onDelivered : undefined;
      const cancelAttempt = this.forwardCall({ contract, target, header, turn, delivered: heard, ended });
      const cancel = (): void => {
        cancelAttempt();
        giveUp(cancelledError());
      };
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Runs the handler, and tells once how it ended. An error that goes unseen by the caller so far is `untold`. */
  run(handler: CallHandler, header: unknown, ended: (settlement: Settlement) => void): void {
    const startedAt = performance.now();
    const end = (returned?: Outcome, thrown?: GatewayError): void => {
      ended(this.settlement(startedAt, returned, thrown));
    };
    started(handler, header, this).then(
      (outcome) => {
        if (this.response.isFlushed) end(outcome);
        else void this.response.flushed().then(() => end(outcome));
      },
      (cause: unknown) => end(undefined, handlerError(cause)),
    );
  }

  private settlement(
    startedAt: number,
    returned: Outcome | undefined,
    thrown: GatewayError | undefined,
  ): Settlement {
    const { headSent, isDetached } = this.response;
    const error = thrown ?? (returned?.error ? GatewayError.fromShape(returned.error) : undefined);
    const untold =
      isDetached || this.isTold()
        ? undefined
        : (error ?? new GatewayError('internal', 'The call ended without an answer'));
    const wasSeen = headSent || this.wasDelivered;
    const made = returned ?? { ...undeliveredOutcome(thrown ?? untold, startedAt), delivered: wasSeen };
    // A head that was written after the call was aborted went nowhere.
    const outcome = made.error === null || wasSeen ? made : { ...made, delivered: false };
    const mayGoOn = this.response.isYielded && outcome.error !== null && outcome.partial !== undefined;
    return {
      outcome: isDetached ? { ...outcome, delivered: false } : mayGoOn ? outcome : finalOutcome(outcome),
      untold,
      isForwarders: untold !== undefined && (!headSent || mayGoOn),
    };
  }

  private isTold(): boolean {
    const { headSent, isEnded, isYielded } = this.response;
    return headSent ? isEnded && !isYielded : this.isAnswered;
  }

  private learnDelivery({ partial }: Outcome): void {
    this.wasDelivered = true;
    this.isAnswered = partial === undefined;
    if (partial !== undefined) this.turn += 1;
  }
}

/** A handler need not be an async function: what it throws at once is thrown all the same. */
function started(handler: CallHandler, header: unknown, context: CallContext): ReturnType<CallHandler> {
  try {
    return handler(header, context);
  } catch (cause) {
    return Promise.reject(toGatewayError(cause));
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

/** Of an attempt whose head the caller did not take, whatever it made of that itself. */
export function lostOutcome(outcome: Outcome): Outcome {
  const error = outcome.error ?? anotherAnswered().toShape();
  return { ...finalOutcome(outcome), delivered: false, error };
}

/** Nobody can go on from where it ended. */
function finalOutcome(outcome: Outcome): Outcome {
  if (outcome.partial === undefined) return outcome;
  const { partial: _partial, ...rest } = outcome;
  return rest;
}

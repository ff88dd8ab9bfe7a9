import { callSubject, GatewayError, type CallContract, type Outcome } from '@tollgate/contracts';
import type { CallBody, CallHandler, CallOptions } from '../bus.js';
import { afterMs } from '../call/clock.js';
import type { InFlight } from '../call/in-flight.js';
import { ResponseSink, type SinkFrame } from '../call/response-sink.js';
import { DEFAULT_WINDOW_BYTES, ResponseStream } from '../call/response-stream.js';
import { cancelledError, deadlineExceeded, nobodyServesTarget } from '../errors.js';
import { ServedCall, undeliveredOutcome } from '../call/served-call.js';

export interface LocalCallEnvironment {
  handlerOf(subject: string): CallHandler | undefined;
  readonly inFlight: InFlight;
}

/** A call whose caller, router and worker are in one process: frames and bodies go by reference. */
export class LocalCall {
  readonly stream: ResponseStream;
  private readonly attempts = new Set<ServedCall>();
  private bound: ServedCall | undefined;
  private readonly body: CallBody;
  private readonly windowBytes: number;
  private readonly stopClock: () => void;

  constructor(
    private readonly environment: LocalCallEnvironment,
    body: Uint8Array,
    options: CallOptions,
  ) {
    this.windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
    this.body = { size: body.length, bytes: () => Promise.resolve(body) };
    this.stream = new ResponseStream(
      {
        grant: (bytes) => this.bound?.response.grant(bytes),
        cancel: () => {
          this.abort(cancelledError());
        },
      },
      this.windowBytes,
    );
    this.stopClock = afterMs(options.deadline - Date.now(), () => {
      const error = deadlineExceeded();
      this.stream.fail(error, true);
      this.abort(error);
    });
  }

  /** Runs the first handler. */
  async start(handler: CallHandler, header: unknown): Promise<void> {
    const { untold } = await this.serve(handler, header);
    if (untold !== undefined) this.stream.fail(untold);
    this.stopClock();
  }

  private async serve(
    handler: CallHandler,
    header: unknown,
  ): Promise<{ outcome: Outcome; untold: GatewayError | undefined }> {
    const attempt: ServedCall = new ServedCall(
      new ResponseSink((frame) => this.receive(attempt, frame), this.windowBytes, Infinity),
      this.body,
      (contract, target, forwarded) => this.forward(contract, target, forwarded),
    );
    this.attempts.add(attempt);
    const settlement = await this.environment.inFlight.track(() => attempt.run(handler, header));
    this.attempts.delete(attempt);
    // What broke off after its head is told at once, whoever is responsible for the rest.
    if (attempt.response.headSent && settlement.untold !== undefined)
      attempt.response.fail(settlement.untold);
    return settlement;
  }

  private async forward<Header>(
    contract: CallContract<Header>,
    target: string,
    header: Header,
  ): Promise<Outcome> {
    const startedAt = performance.now();
    const handler = this.environment.handlerOf(callSubject(contract, target));
    if (handler === undefined) {
      const error = nobodyServesTarget(target);
      return undeliveredOutcome(error, startedAt);
    }
    const { outcome, untold } = await this.serve(handler, header);
    return untold === undefined || outcome.error !== null ? outcome : { ...outcome, error: untold.toShape() };
  }

  private receive(attempt: ServedCall, frame: SinkFrame): void {
    this.bound ??= attempt;
    if (this.bound !== attempt) {
      attempt.abort(new GatewayError('cancelled', 'Another attempt has answered the call'));
      return;
    }
    if (frame.type === 'error') this.stream.fail(frame.error);
    else this.stream.push(frame);
  }

  private abort(reason: GatewayError): void {
    for (const attempt of this.attempts) attempt.abort(reason);
  }
}

import type { SlotMember, SlotSet } from '@tollgate/collections';
import { callSubject, type GatewayError } from '@tollgate/contracts';
import type { CallBody, CallHandler, CallOptions } from '../bus.js';
import { afterMs } from '../call/clock.js';
import type { InFlight } from '../call/in-flight.js';
import { ResponseSink, type SinkFrame } from '../call/response-sink.js';
import { DEFAULT_WINDOW_BYTES, ResponseStream, type ResponseSource } from '../call/response-stream.js';
import {
  ServedCall,
  lostOutcome,
  undeliveredOutcome,
  type ForwardRequest,
  type Settlement,
} from '../call/served-call.js';
import { anotherAnswered, cancelledError, deadlineExceeded, nobodyServesTarget } from '../errors.js';

export interface LocalCallEnvironment {
  handlerOf(subject: string): CallHandler | undefined;
  readonly inFlight: InFlight;
  /** The calls that are not over. */
  readonly running: SlotSet<LocalCall>;
}

/** One handler at work for a call. */
interface LocalAttempt {
  readonly call: ServedCall;
  readonly turn: number;
  readonly delivered: (() => void) | undefined;
  /** The caller has taken another attempt's head. */
  isLost: boolean;
}

/** A call whose caller, router and worker are in one process: frames and bodies go by reference. */
export class LocalCall implements ResponseSource, SlotMember {
  slot: number | undefined;
  readonly stream: ResponseStream;
  /** One, unless the call is hedged. */
  private readonly attempts: LocalAttempt[] = [];
  /** The attempt whose head came first: the only one that is listened to. */
  private bound: LocalAttempt | undefined;
  /** The last that broke off for another one to go on, and how many have. */
  private yielder: LocalAttempt | undefined;
  private turn = 0;
  private isOver = false;
  private readonly body: CallBody;
  private readonly windowBytes: number;
  private readonly stopClock: () => void;

  constructor(
    private readonly environment: LocalCallEnvironment,
    body: Uint8Array,
    options: CallOptions,
  ) {
    environment.running.add(this);
    this.windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
    this.body = { size: body.length, bytes: () => Promise.resolve(body) };
    this.stream = new ResponseStream(this, this.windowBytes);
    this.stopClock = afterMs(options.deadline - Date.now(), () => {
      const error = deadlineExceeded();
      this.stream.fail(error, true);
      this.abort(error);
    });
  }

  /** Runs the first handler. */
  start(handler: CallHandler, header: unknown): void {
    this.serve(this.newAttempt(0, undefined), handler, header, ({ untold }) => {
      if (untold !== undefined) this.stream.fail(untold);
      this.isOver = true;
    });
  }

  grant(bytes: number): void {
    this.bound?.call.response.grant(bytes);
  }

  cancel(): void {
    this.abort(cancelledError());
  }

  /** The process ends: the caller hears of it, and whoever works for it stops. */
  giveUp(reason: GatewayError): void {
    this.stream.fail(reason);
    this.abort(reason);
  }

  private newAttempt(turn: number, delivered: (() => void) | undefined): LocalAttempt {
    // What goes on after another attempt gets the rest of the window, and not before its head is taken.
    const credit = turn === 0 ? this.windowBytes : 0;
    const sink = new ResponseSink((frame) => this.receive(attempt, frame), credit, Infinity);
    const call = new ServedCall(sink, this.body, (request) => this.forward(request));
    const attempt: LocalAttempt = { call, turn, delivered, isLost: false };
    this.attempts.push(attempt);
    return attempt;
  }

  private serve(
    attempt: LocalAttempt,
    handler: CallHandler,
    header: unknown,
    ended: (settlement: Settlement) => void,
  ): void {
    const { inFlight } = this.environment;
    inFlight.enter();
    attempt.call.run(handler, header, (settlement) => {
      inFlight.leave();
      this.attempts.splice(this.attempts.indexOf(attempt), 1);
      const { untold, isForwarders } = settlement;
      // What broke off after its head is told at once.
      if (untold !== undefined && !isForwarders) attempt.call.response.fail(untold);
      ended(settlement);
      this.endIfIdle();
    });
  }

  private forward<Header>(request: ForwardRequest<Header>): () => void {
    const { contract, target, header, turn, delivered, ended } = request;
    const handler = this.environment.handlerOf(callSubject(contract, target));
    if (handler === undefined) {
      const outcome = undeliveredOutcome(nobodyServesTarget(target), performance.now());
      queueMicrotask(() => ended(outcome));
      return () => undefined;
    }
    const attempt = this.newAttempt(turn, delivered);
    this.serve(attempt, handler, header, ({ outcome, untold }) => {
      if (attempt.isLost) ended(lostOutcome(outcome));
      else if (untold === undefined || outcome.error !== null) ended(outcome);
      else ended({ ...outcome, error: untold.toShape() });
    });
    return () => attempt.call.cancel();
  }

  private receive(attempt: LocalAttempt, frame: SinkFrame): void {
    if (this.bound === attempt) this.receiveBound(attempt, frame);
    else if (this.bound === undefined && frame.type === 'head' && attempt.turn === this.turn) {
      this.bind(attempt);
      this.stream.push(frame);
      // Not within the worker's own call: the forwarder may cancel the attempt on hearing of it.
      if (attempt.delivered !== undefined) queueMicrotask(attempt.delivered);
    } else if (this.bound === undefined && frame.type === 'error' && attempt === this.yielder) {
      this.stream.fail(frame.error);
    } else {
      attempt.isLost = true;
      attempt.call.abort(anotherAnswered());
    }
  }

  private receiveBound(attempt: LocalAttempt, frame: SinkFrame): void {
    if (frame.type === 'error') this.stream.fail(frame.error);
    else if (frame.type !== 'yield') this.stream.push(frame);
    else {
      this.bound = undefined;
      this.yielder = attempt;
      this.turn += 1;
    }
  }

  private bind(attempt: LocalAttempt): void {
    this.bound = attempt;
    if (attempt.turn === 0) return;
    const credit = this.windowBytes - this.stream.outstandingBytes;
    if (credit > 0) attempt.call.response.grant(credit);
  }

  private abort(reason: GatewayError): void {
    for (const attempt of [...this.attempts]) attempt.call.abort(reason);
  }

  /** A detached attempt may outlive its call, and is bounded by its deadline all the same. */
  private endIfIdle(): void {
    if (!this.isOver || this.attempts.length > 0) return;
    this.stopClock();
    this.environment.running.delete(this);
  }
}

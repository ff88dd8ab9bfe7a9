import type {
  AbortSource,
  CallContract,
  Contract,
  DurableContract,
  EventContract,
  Outcome,
  RequestContract,
  ResponseEnd,
  ResponseHead,
} from '@tollgate/contracts';

/**
 * The port every process talks through. Two adapters (NATS, in process) pass one contract suite.
 * Every failure is a `GatewayError`: nobody listening is `service_unavailable` at once, a peer that falls silent is
 * `service_lost`, a deadline that passes is `deadline_exceeded`.
 */
export interface Bus {
  /** Of this process among all that share the bus: who has it can send requests here and nowhere else. */
  readonly address: string;

  /** Asks one replica, of those that serve a target where the contract's subject has a `*`, or the one process that is addressed. Default time-out 5 s. */
  request<Request, Reply>(
    contract: RequestContract<Request, Reply>,
    payload: Request,
    options?: RequestOptions,
  ): Promise<Reply>;

  /** Tells every replica that listens; at most once, nothing is kept. */
  publish<Event>(contract: EventContract<Event>, event: Event): void;

  /** Resolves once the event is in the local outbox: from then on a `kill -9` cannot lose it. */
  record<Event>(contract: DurableContract<Event>, event: Event): Promise<void>;

  /**
   * Like `record` for an event whose last word is not known yet: `known` stays as it is, `state` may change. If the process dies
   * before `commit` or `discard`, the event is recorded as it last stood when the process starts again.
   */
  draft<Event extends object, State extends Partial<Event>>(
    contract: DurableContract<Event>,
    known: Omit<Event, keyof State>,
    state: State,
  ): DurableDraft<State>;

  /** Starts a call. The body stays readable (for a retry) until the response has ended. */
  call<Header>(
    contract: CallContract<Header>,
    header: Header,
    body: Uint8Array,
    options: CallOptions,
  ): CallResponse;

  /**
   * Starts listening; again for what is added later. Nothing is added once it drains. Used by `BusStrategy`; apps write
   * Nest handlers instead.
   */
  serve(handlers: BusHandlers): Promise<void>;

  /**
   * Stops taking new messages and waits until those in flight (handlers and calls) are done. Calls that still run after
   * `graceMs` are ended: their callers get an error, and who works for them has a moment to say what was spent.
   */
  drain(graceMs: number): Promise<void>;

  /** Flushes the outbox as far as it can and lets go of the connection. Idempotent. */
  close(): Promise<void>;

  /** False while the connection is down: readiness turns red. */
  isConnected(): boolean;
}

export interface RequestOptions {
  readonly timeoutMs?: number;
  /** What a `*` in the subject stands for: a target, or the process that an addressed contract is meant for. One that is gone is `service_unavailable`. */
  readonly address?: string;
  readonly signal?: AbortSignal;
}

export interface CallOptions {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** Bytes the responder may send ahead of the reader. Default 256 KiB. */
  readonly windowBytes?: number;
}

export type ResponseFrame =
  | { readonly type: 'head'; readonly head: ResponseHead }
  | { readonly type: 'data'; readonly data: Uint8Array }
  | { readonly type: 'end'; readonly end: ResponseEnd };

/**
 * Iterate once: `head`, any number of `data`, `end`. Any other course throws a `GatewayError`. A `head` in the middle means
 * that the attempt before it yielded and another one goes on. Taking the next frame returns the last one's credit.
 */
export interface CallResponse extends AsyncIterable<ResponseFrame> {
  /** The next frame, for the one reader there is, where it has come already; null: wait for it, or learn that there is no more. */
  take(): ResponseFrame | null;

  /** Ends the call all the way to the provider. Idempotent; safe after the end. */
  cancel(): void;
}

export interface DurableDraft<State> {
  /** Cheap: updates are written together, once a turn of the event loop. */
  update(patch: Partial<State>): void;
  /** `event`: all of it, from who can put it together for less than copying its members costs. */
  commit(state: State, event?: State): Promise<void>;
  discard(): void;
}

/** A call as its handler sees it. */
export interface CallContext {
  readonly body: CallBody;
  /** Aborts with a `GatewayError` reason: `cancelled`, `caller_lost`, `deadline_exceeded`; `draining` or `service_lost` when the process ends. */
  readonly signal: AbortSignal;
  /** The same as `signal`, for those who only listen: costs nothing until it aborts. */
  readonly aborts: AbortSource;
  readonly response: ResponseWriter;
  /**
   * Hands the call to another service, which answers the caller directly. Resolves with the attempt's outcome when that
   * is over; never rejects: nobody listening, a lost worker and a cancel are outcomes with an `error`.
   * While `outcome.delivered` is false the caller has seen nothing of it and the call may be forwarded again. The same
   * holds for an outcome with `partial`: the attempt yielded, and the forwarder owes the caller an attempt that goes on, or
   * the error, which it gets at the end of what it has when the forwarder's handler ends with one.
   *
   * Several attempts may run at once: the caller takes the first head, the others are cancelled, and their outcomes are
   * undelivered. Give those that compete `delivered` or `signal`: only then is the caller asked whose head it took.
   */
  forward<Header>(
    contract: CallContract<Header>,
    target: string,
    header: Header,
    options?: ForwardOptions,
  ): Promise<Outcome>;
}

export interface ForwardOptions {
  /**
   * Cancels this attempt alone: its handler's signal aborts with `cancelled`, and the promise resolves with an outcome of that
   * error within a moment. A caller that has its head already gets the error too.
   */
  readonly signal?: AbortSignal;
  /** Called once when the caller has taken the attempt's head, before the outcome is known. Must not throw. */
  readonly delivered?: () => void;
}

export interface CallBody {
  readonly size: number;
  /** The whole body; frames are pulled from the caller as needed. May be called again on a retry. */
  bytes(): Promise<Uint8Array>;
}

/** Frames go to the caller numbered; what is written in one turn of the event loop travels together. */
export interface ResponseWriter {
  head(head: ResponseHead): void;
  /** Resolves when there is credit for more; rejects when the call was aborted. */
  write(data: Uint8Array): Promise<void>;
  end(end: ResponseEnd): void;
  /**
   * Breaks off after the head without an error: the caller keeps what it has and waits for the next attempt that sends a head.
   * The handler must return an outcome with `delivered`, `error` and `partial`; without them, or when nobody forwarded
   * the attempt, the caller gets the error after all. Nothing can be written afterwards.
   */
  yield(): void;
  /**
   * Nobody reads this attempt: what is written goes nowhere, without back-pressure, the outcome is undelivered and its error
   * none of the caller's business, and the end of the call does not end the attempt. Before the head.
   */
  detach(): void;
}

/**
 * What a call handler returns: an `Outcome` for a forwarded call, nothing for a first-hand one. A throw before the head
 * is an undelivered outcome (to the forwarder) or an error (to the caller); after the head it is the caller's error frame.
 */
export type CallHandler = (header: unknown, context: CallContext) => Promise<Outcome | undefined>;

export type RequestHandler = (payload: unknown) => Promise<unknown>;

/** Subjects (concrete ones, any `*` replaced) and who handles them. */
export interface BusHandlers {
  /** Name of the queue group: replicas with the same name share the work. */
  readonly service: string;
  readonly requests: ReadonlyMap<string, RequestHandler>;
  /** Requests to this very process. They belong to calls that run here, so that they go on while it drains. */
  readonly addressed?: ReadonlyMap<string, RequestHandler>;
  readonly events: ReadonlyMap<string, (event: unknown) => Promise<void>>;
  /** Handlers get batches; a rejection means the batch comes again. */
  readonly durables: ReadonlyMap<string, (events: readonly unknown[]) => Promise<void>>;
  readonly calls: ReadonlyMap<string, CallHandler>;
  /** Schemas of what comes in, by subject: checked where a message enters the process from outside. */
  readonly inputs?: ReadonlyMap<string, Contract['input']>;
}

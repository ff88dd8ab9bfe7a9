import { GatewayError, toGatewayError, type AbortSource, type Clocks } from '@tollgate/contracts';
import type { Dispatcher } from 'undici';
import { badStatusError } from './classify.js';
import { connectionError } from './connection-error.js';
import { ExchangeClock } from './exchange-clock.js';
import { readerTurns, type Reader } from './reader-turns.js';
import type { HeaderValues } from './retry-after.js';
import { upstreamError, type ErrorSource } from './upstream-error.js';

/** One HTTP request, ready to be sent. */
export interface UpstreamRequest {
  readonly origin: string;
  readonly path: string;
  /** Default `POST`. */
  readonly method?: Dispatcher.HttpMethod;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Uint8Array;
}

export interface ExchangeOptions {
  readonly source: ErrorSource;
  readonly clocks: Clocks;
  /** Its reason (a GatewayError) becomes the exchange's error; `caller_lost` is not obeyed. */
  readonly signal: AbortSource;
  /** Most bytes of an answer that is read whole. */
  readonly maxAnswerBytes: number;
  /** Good or bad, the answer is read by `readAll` alone: nobody waits for a turn. Default false. */
  readonly isReadWhole?: boolean;
}

export interface ResponseStart {
  readonly status: number;
  readonly headers: HeaderValues;
}

/** Bytes held for a reader that is slow; then the provider's socket is not read on. */
const HIGH_WATER_BYTES = 256 * 1024;
/** How long an answer that is complete by its own word may keep its socket. */
const LINGER_MS = 1_000;

/**
 * One request and its answer, read by one reader. Four clocks bound it: connect (until the request is written to a socket),
 * first token (until `tokenSeen`), idle (while the reader waits between two chunks) and total.
 */
export class Exchange implements Dispatcher.DispatchHandler, Reader {
  /** The request was handed to a connected socket: from here on the provider may bill it. */
  reached = false;

  private controller: Dispatcher.DispatchController | undefined;
  private start: ResponseStart | undefined;
  private chunks: Buffer[] = [];
  private buffered = 0;
  /** The provider's socket is not read on, or no further than the next piece. */
  private paused = false;
  /** Something came, and the reader's turn did not yet. */
  private queued = false;
  private failure: GatewayError | undefined;
  private ended = false;
  private released = false;
  private idle = false;
  private wake: (() => void) | undefined;
  private readonly clock: ExchangeClock;
  private lingering: NodeJS.Timeout | undefined;

  constructor(
    dispatcher: Dispatcher,
    { origin, path, method = 'POST', headers, body }: UpstreamRequest,
    private readonly options: ExchangeOptions,
  ) {
    const { clocks, signal } = options;
    this.clock = new ExchangeClock(clocks, (what, milliseconds) => {
      this.expire(what, milliseconds);
    });
    signal.addEventListener('abort', this.onAbort);
    if (signal.aborted) this.onAbort();
    if (this.failure !== undefined) return;
    dispatcher.dispatch({ origin, path, method, headers, body }, this);
    if (!this.reached && !this.isOver) this.clock.begin('no connection', clocks.connectMs);
  }

  /** Status and headers. Rejects with a GatewayError when there is no answer. */
  head(): Promise<ResponseStart> {
    return this.until(() => {
      if (this.start === undefined && this.failure !== undefined) throw this.failure;
      return this.start;
    });
  }

  /**
   * What has come since the last time, in one piece; null at the end of the answer, undefined while there is nothing new or it is
   * others' turn to read.
   */
  poll(): Buffer | null | undefined {
    const mayTake = !this.queued || this.isOver;
    if (mayTake && this.chunks.length > 0) return this.take();
    if (this.failure !== undefined) throw this.failure;
    return this.ended ? null : undefined;
  }

  /** Resolves with what `look` finds, which looks anew whenever something comes; rejects with the error that it throws. One reader waits. */
  until<Found>(look: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const lookAgain = (): void => {
        try {
          const found = look();
          if (found === undefined) this.wait(lookAgain);
          else resolve(found);
        } catch (cause) {
          reject(toGatewayError(cause));
        }
      };
      lookAgain();
    });
  }

  /** The same as `poll`, waiting for something new. */
  read(): Promise<Buffer | null> {
    return this.until(() => this.poll());
  }

  /** The rest of the answer, at once if it is all there; fails when it is larger than the limit. */
  readAll(): Buffer | Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    const look = (): Buffer | undefined => {
      for (let part = this.poll(); part !== undefined; part = this.poll()) {
        if (part === null) return joined(parts);
        this.tokenSeen();
        size += part.length;
        if (size > this.options.maxAnswerBytes) throw this.tooLarge();
        parts.push(part);
      }
      return undefined;
    };
    return look() ?? this.until(look);
  }

  /** The first-token clock stops, the idle clock takes over. */
  tokenSeen(): void {
    if (this.idle) return;
    this.idle = true;
    this.clock.end();
  }

  /** Nothing more is wanted: the answer was complete by its own word. The socket is kept if it ends in time. */
  release(): void {
    if (this.isOver) return;
    this.settle();
    this.released = true;
    this.take();
    this.lingering = setTimeout(() => {
      this.abort(new GatewayError('cancelled', 'Answer complete'));
    }, LINGER_MS).unref();
  }

  /** Ends the exchange at once; the provider's socket is closed. Without effect after the end. */
  abort(reason: GatewayError): void {
    if (this.isOver) return;
    this.failure = reason;
    this.settle();
    this.controller?.abort(reason);
    this.notify();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // The attempt was given up while it waited for a socket: nothing is written to it.
    if (this.failure !== undefined) {
      controller.abort(this.failure);
      return;
    }
    this.reached = true;
    this.clock.begin('no first token', this.options.clocks.firstTokenMs);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HeaderValues): void {
    // 101 agrees to a change of protocol that nobody asked for.
    if (status < 100 || status === 101) {
      this.abort(badStatusError(status, this.options.source));
      return;
    }
    if (status < 200) return;
    this.start = { status, headers };
    this.notify();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.released) return;
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    // A reader that is slow itself does not wait: that is no fault of the provider's.
    if (this.idle) this.clock.end();
    if (this.buffered > HIGH_WATER_BYTES) this.pause();
    if (this.options.isReadWhole === true) this.notify();
    else if (!this.queued) {
      this.queued = true;
      readerTurns.add(this);
    }
  }

  onResponseEnd(): void {
    this.ended = true;
    this.settle();
    this.notify();
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    if (this.isOver) return;
    const stage = this.start === undefined ? (this.reached ? 'sent' : 'connecting') : 'answering';
    this.failure = connectionError(cause, stage, this.options.source);
    this.settle();
    this.notify();
  }

  takeTurn(): void {
    this.queued = false;
    this.notify();
  }

  private get isOver(): boolean {
    return this.ended || this.failure !== undefined;
  }

  private readonly onAbort = (): void => {
    const reason = toGatewayError(this.options.signal.reason);
    // The caller's process died: nobody stops the provider for it, which bills the whole, so the answer is read to its end.
    if (reason.code !== 'caller_lost') this.abort(reason);
  };

  private take(): Buffer {
    const { chunks } = this;
    this.chunks = [];
    this.buffered = 0;
    // NOTE resuming may bring data, and another pause, before it returns: the count must be fresh by then.
    this.readOn();
    return joined(chunks);
  }

  /** While many readers wait, what comes until this one's next turn is left to the kernel, and then read in one piece. */
  private readOn(): void {
    if (this.paused) {
      this.paused = false;
      this.controller?.resume();
    }
    if (readerTurns.areMany && !this.released && this.options.isReadWhole !== true) this.pause();
  }

  private pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.controller?.pause();
  }

  private wait(wake: () => void): void {
    if (this.idle) this.clock.begin('nothing between two chunks', this.options.clocks.idleMs);
    this.wake = wake;
  }

  private notify(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  private expire(what: string, milliseconds: number): void {
    const text = `Request timed out: ${what} within ${milliseconds} ms.`;
    this.abort(upstreamError('upstream_timeout', 'Timeout', text, this.options.source));
  }

  private tooLarge(): GatewayError {
    const text = `The answer has more than ${this.options.maxAnswerBytes} bytes.`;
    const error = upstreamError('upstream_invalid_response', 'APIError', text, this.options.source);
    this.abort(error);
    return error;
  }

  private settle(): void {
    this.clock.stop();
    clearTimeout(this.lingering);
    this.options.signal.removeEventListener('abort', this.onAbort);
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
}

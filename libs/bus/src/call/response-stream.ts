import type { GatewayError } from '@tollgate/contracts';
import type { CallResponse, ResponseFrame } from '../bus.js';
import { cancelledError } from '../errors.js';

export const DEFAULT_WINDOW_BYTES = 256 * 1024;

/** What the transport does for the reader. */
export interface ResponseSource {
  /** The reader took so many bytes: the responder may send as many more. */
  grant(bytes: number): void;
  /** The reader does not want the rest. */
  cancel(): void;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<ResponseFrame>) => void;
  readonly reject: (error: unknown) => void;
}

/** The caller's end of a call: frames as they come in, one reader. */
export class ResponseStream implements CallResponse, AsyncIterator<ResponseFrame> {
  private frames: ResponseFrame[] = [];
  private first = 0;
  private waiter: Waiter | undefined;
  private failure: GatewayError | undefined;
  private isOver = false;
  private lentBytes = 0;
  private takenBytes = 0;

  constructor(
    private readonly source: ResponseSource,
    private readonly windowBytes: number,
  ) {}

  /** A call that failed before it began. */
  static failed(error: GatewayError): ResponseStream {
    const stream = new ResponseStream(
      { grant: () => undefined, cancel: () => undefined },
      DEFAULT_WINDOW_BYTES,
    );
    stream.fail(error);
    return stream;
  }

  /** The responder has said its last word, or was given up. */
  get isSettled(): boolean {
    return this.isOver;
  }

  /** Bytes that a responder has sent and whose credit it has not got back: what is left of the window for the next one. */
  get outstandingBytes(): number {
    let bytes = this.takenBytes + this.lentBytes;
    for (let index = this.first; index < this.frames.length; index += 1) {
      const frame = this.frames[index];
      if (frame?.type === 'data') bytes += frame.data.length;
    }
    return bytes;
  }

  push(frame: ResponseFrame): void {
    if (this.isOver) return;
    if (frame.type === 'end') this.isOver = true;
    if (this.waiter === undefined) {
      this.frames.push(frame);
      return;
    }
    const { resolve } = this.waiter;
    this.waiter = undefined;
    resolve({ done: false, value: this.taken(frame) });
  }

  /** What came before is still read, then the error is thrown; `now` throws what came before away. */
  fail(error: GatewayError, now = false): void {
    if (this.isOver) return;
    this.isOver = true;
    this.failure = error;
    if (now) this.frames = [];
    this.waiter?.reject(error);
    this.waiter = undefined;
  }

  cancel(): void {
    if (this.isOver) return;
    this.fail(cancelledError(), true);
    this.source.cancel();
  }

  take(): ResponseFrame | null {
    // What there is now is looked for afterwards: a responder nearby goes on at once.
    this.returnCredit();
    const frame = this.frames[this.first];
    if (frame === undefined) return null;
    this.dropFirst();
    return this.taken(frame);
  }

  next(): Promise<IteratorResult<ResponseFrame>> {
    const frame = this.take();
    if (frame !== null) return Promise.resolve({ done: false, value: frame });
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
  }

  /** The reader leaves early (`break`). */
  return(): Promise<IteratorResult<ResponseFrame>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterator<ResponseFrame> {
    return this;
  }

  private taken(frame: ResponseFrame): ResponseFrame {
    if (frame.type === 'data') this.lentBytes = frame.data.length;
    return frame;
  }

  /** Credit goes back in halves of the window: two messages a window, and the responder never runs dry in between. */
  private returnCredit(): void {
    this.takenBytes += this.lentBytes;
    this.lentBytes = 0;
    if (this.takenBytes * 2 < this.windowBytes || this.isOver) return;
    this.source.grant(this.takenBytes);
    this.takenBytes = 0;
  }

  private dropFirst(): void {
    this.first += 1;
    if (this.first < this.frames.length) return;
    this.frames = [];
    this.first = 0;
  }
}

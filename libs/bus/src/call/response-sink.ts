import { GatewayError, type ResponseEnd, type ResponseHead } from '@tollgate/contracts';
import type { ResponseFrame, ResponseWriter } from '../bus.js';

export type SinkFrame =
  ResponseFrame | { readonly type: 'error'; readonly error: GatewayError } | { readonly type: 'yield' };

type LastFrame = Extract<SinkFrame, { readonly type: 'end' | 'yield' }>;

const DONE = Promise.resolve();

interface PendingWrite {
  data: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The responder's end of a call: sends as far as there is credit, keeps the rest waiting. */
export class ResponseSink implements ResponseWriter {
  headSent = false;
  /** Nothing can be written any more. */
  isEnded = false;
  /** The caller waits for another attempt to go on. */
  isYielded = false;
  /** Nobody reads. */
  isDetached = false;
  private readonly pending: PendingWrite[] = [];
  private pendingLast: LastFrame | undefined;
  private aborted: GatewayError | undefined;
  private isDiscarding = false;
  private onEmpty: (() => void) | undefined;

  /** `credit`: bytes that may go out before the reader has taken any. Frames are no longer than `maxFrameBytes`. */
  constructor(
    private readonly send: (frame: SinkFrame) => void,
    private credit: number,
    private readonly maxFrameBytes: number,
  ) {}

  head(head: ResponseHead): void {
    if (this.isSilent() || this.headSent) return;
    this.headSent = true;
    this.send({ type: 'head', head });
  }

  write(data: Uint8Array): Promise<void> {
    if (this.isDiscarding) return DONE;
    if (this.aborted !== undefined) return handled(Promise.reject(this.aborted));
    if (this.isEnded) return handled(Promise.reject(new GatewayError('internal', 'A write after the end')));
    if (this.pending.length === 0 && data.length < this.credit && data.length <= this.maxFrameBytes) {
      this.sendData(data);
      return DONE;
    }
    const written = new Promise<void>((resolve, reject) => {
      this.pending.push({ data, resolve, reject });
    });
    this.pump();
    return handled(written);
  }

  end(end: ResponseEnd): void {
    this.finish({ type: 'end', end });
  }

  yield(): void {
    if (this.headSent) this.finish({ type: 'yield' });
  }

  detach(): void {
    if (this.headSent) return;
    this.isDetached = true;
    this.isDiscarding = true;
  }

  /** The error frame: the last one, instead of `end`, or when nobody goes on after a `yield`. */
  fail(error: GatewayError): void {
    if (this.isSilent() || (this.isEnded && this.pendingLast === undefined && !this.isYielded)) return;
    this.isEnded = true;
    this.isYielded = false;
    this.pendingLast = undefined;
    this.rejectPending(error);
    this.send({ type: 'error', error });
  }

  /** Everything written is out, or never will be. */
  get isFlushed(): boolean {
    return this.pending.length === 0;
  }

  /** Resolves when what waits is out, or never will be. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.onEmpty = resolve;
    });
  }

  grant(bytes: number): void {
    this.credit += bytes;
    this.pump();
  }

  /** Nothing goes out any more. When the caller is lost, writes are swallowed so that the handler can finish its work. */
  abort(reason: GatewayError): void {
    if (this.isSilent()) return;
    if (reason.code !== 'caller_lost') {
      this.aborted = reason;
      this.rejectPending(reason);
      return;
    }
    this.isDiscarding = true;
    for (const { resolve } of this.pending.splice(0)) resolve();
    this.onEmpty?.();
  }

  private finish(last: LastFrame): void {
    if (this.isSilent() || this.isEnded) return;
    this.isEnded = true;
    if (this.pending.every(({ data }) => data.length === 0)) this.sendLast(last);
    else this.pendingLast = last;
  }

  private sendLast(last: LastFrame): void {
    this.isYielded = last.type === 'yield';
    this.send(last);
  }

  private isSilent(): boolean {
    return this.isDiscarding || this.aborted !== undefined;
  }

  /** A write is over when it is all out and there is credit for another one. */
  private pump(): void {
    for (let write = this.pending[0]; write !== undefined; write = this.pending[0]) {
      while (write.data.length > 0 && this.credit > 0) {
        const length = Math.min(write.data.length, this.credit, this.maxFrameBytes);
        this.sendData(write.data.subarray(0, length));
        write.data = write.data.subarray(length);
      }
      if (this.credit <= 0) break;
      this.pending.shift();
      write.resolve();
    }
    if (this.pendingLast !== undefined && this.pending.every(({ data }) => data.length === 0)) {
      this.sendLast(this.pendingLast);
      this.pendingLast = undefined;
      for (const { resolve } of this.pending.splice(0)) resolve();
    }
    if (this.pending.length === 0) this.onEmpty?.();
  }

  private sendData(data: Uint8Array): void {
    if (data.length === 0) return;
    this.credit -= data.length;
    this.send({ type: 'data', data });
  }

  private rejectPending(error: GatewayError): void {
    for (const { reject } of this.pending.splice(0)) reject(error);
    this.onEmpty?.();
  }
}

/** A writer that does not wait for a write must not bring the process down when the call is aborted. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

import { GatewayError } from '@tollgate/contracts';
import type { SseDecoderOptions, SseEvent } from '../sse/sse-decoder.js';

const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * Splits a stream of JSON lines into events without a name, each with its bytes; a blank line is an event with empty `data`. Lines
 * end in LF or CRLF. Linear in time however the stream is chunked.
 */
export class NdjsonDecoder {
  private readonly maxLineBytes: number;
  /** Pieces of the unfinished line. */
  private pending: Uint8Array[] = [];
  private length = 0;

  constructor({ maxEventBytes = DEFAULT_MAX_LINE_BYTES }: SseDecoderOptions = {}) {
    this.maxLineBytes = maxEventBytes;
  }

  /** Nothing of an unfinished line is held. */
  get isBetweenEvents(): boolean {
    return this.length === 0;
  }

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, start)) {
      this.hold(chunk.subarray(start, at + 1));
      events.push(this.take());
      start = at + 1;
    }
    if (start < chunk.length) this.hold(chunk.subarray(start));
    return events;
  }

  /** The end of the stream: a line that lacks its end, if there is one. */
  flush(): SseEvent[] {
    return this.length === 0 ? [] : [this.take()];
  }

  private hold(piece: Uint8Array): void {
    this.pending.push(piece);
    this.length += piece.length;
    if (this.length <= this.maxLineBytes) return;
    throw new GatewayError(
      'upstream_invalid_response',
      `The provider sent a line of more than ${this.maxLineBytes} bytes`,
    );
  }

  private take(): SseEvent {
    const [only] = this.pending;
    const raw = this.pending.length === 1 && only !== undefined ? only : Buffer.concat(this.pending);
    this.pending = [];
    this.length = 0;
    return { event: null, data: textOf(raw).trim(), raw };
  }
}

/** One line of JSON. */
export const encodeNdjson = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

const textOf = (raw: Uint8Array): string =>
  Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');

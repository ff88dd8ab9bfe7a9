import { GatewayError } from '@tollgate/contracts';

/** One server-sent event. */
export interface SseEvent {
  /** The `event` field; null where there is none. */
  readonly event: string | null;
  /** The `data` lines joined by line feeds; empty for a block of comments alone (a keep-alive), which carries nothing. */
  readonly data: string;
  /**
   * The event's bytes as they came, its blank line included: passing on every `raw` passes on the whole stream.
   * It may share memory with the pushed chunk.
   */
  readonly raw: Uint8Array;
}

export interface SseDecoderOptions {
  /** Most bytes of one event; a longer one fails with `upstream_invalid_response`. */
  readonly maxEventBytes?: number;
}

const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NOTHING = Buffer.alloc(0);
const NONE = Number.MAX_SAFE_INTEGER;

/**
 * Splits a byte stream into server-sent events, by the HTML standard: lines end in CRLF, LF or CR, a blank line ends an
 * event, comments are skipped, one space after the colon is not part of the value. Linear in time however it is chunked.
 */
export class SseDecoder {
  private readonly maxEventBytes: number;
  /** Bytes of the unfinished event; only the first `length` count. */
  private pending = NOTHING;
  private length = 0;
  /** Within the unfinished event: where its current line starts, and how far it was searched for the line's end. */
  private lineStart = 0;
  private searched = 0;
  /** Start and end of each line of the unfinished event. */
  private lines: number[] = [];
  private isFirst = true;

  constructor(options: SseDecoderOptions = {}) {
    this.maxEventBytes = options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES;
  }

  /** Nothing of an unfinished event is held. */
  get isBetweenEvents(): boolean {
    return this.length === 0;
  }

  /** The events that this chunk completes. */
  push(chunk: Uint8Array): SseEvent[] {
    return this.scan(this.append(chunk), false);
  }

  /** The end of the stream: an event that lacks its blank line, if there is one. */
  flush(): SseEvent[] {
    const view = this.pending.subarray(0, this.length);
    const events = this.scan(view, true);
    const rest = this.pending.subarray(0, this.length);
    if (rest.length > 0) {
      if (this.lineStart < rest.length) this.lines.push(this.lineStart, rest.length);
      if (this.lines.length > 0) events.push(this.toEvent(rest, 0, rest.length));
    }
    this.length = 0;
    this.lineStart = 0;
    this.searched = 0;
    this.lines = [];
    return events;
  }

  /** The unfinished event and the chunk in one view; the chunk itself where nothing is pending. */
  private append(chunk: Uint8Array): Buffer {
    if (this.length === 0) {
      return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    this.reserve(this.length + chunk.length);
    this.pending.set(chunk, this.length);
    return this.pending.subarray(0, this.length + chunk.length);
  }

  private reserve(size: number): void {
    if (size <= this.pending.length) return;
    // Doubling keeps one event in many small chunks linear.
    const grown = Buffer.allocUnsafe(Math.max(size, this.pending.length * 2, 1024));
    this.pending.copy(grown, 0, 0, this.length);
    this.pending = grown;
  }

  private scan(view: Buffer, isEnd: boolean): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    let lineStart = this.lineStart;
    let searched = this.searched;
    let feed = indexOr(view, LINE_FEED, searched);
    let carriage = indexOr(view, CARRIAGE_RETURN, searched);
    for (;;) {
      const lineEnd = Math.min(feed, carriage);
      if (lineEnd === NONE) {
        searched = view.length;
        break;
      }
      let next = lineEnd + 1;
      if (lineEnd === carriage) {
        // A carriage return at the end of the chunk may be half of a CRLF: wait for what follows.
        if (next === view.length && !isEnd) {
          searched = lineEnd;
          break;
        }
        if (feed === next) next += 1;
        carriage = indexOr(view, CARRIAGE_RETURN, next);
      }
      if (feed < next) feed = indexOr(view, LINE_FEED, next);
      if (lineEnd > lineStart) this.lines.push(lineStart - start, lineEnd - start);
      else if (this.lines.length > 0) {
        events.push(this.toEvent(view, start, next));
        start = next;
      }
      lineStart = next;
    }
    this.keep(view, start);
    this.lineStart = lineStart - start;
    this.searched = searched - start;
    return events;
  }

  private keep(view: Buffer, start: number): void {
    const left = view.length - start;
    if (left > this.maxEventBytes) throw tooLong(this.maxEventBytes);
    const isPending = this.length > 0;
    this.length = left;
    // What held an event is not kept for the next one: it may be large, and may be in use by who got the event.
    if (left === 0) this.pending = NOTHING;
    if (left === 0 || (isPending && start === 0)) return;
    // Events handed out share the view's memory, so what is left of it moves to a buffer of its own.
    this.pending = Buffer.allocUnsafe(Math.max(left * 2, 1024));
    view.copy(this.pending, 0, start);
  }

  private toEvent(view: Buffer, start: number, end: number): SseEvent {
    if (end - start > this.maxEventBytes) throw tooLong(this.maxEventBytes);
    const { lines } = this;
    this.lines = [];
    let event: string | null = null;
    let data: string | undefined;
    for (let index = 0; index < lines.length; index += 2) {
      const from = start + (lines[index] ?? 0) + this.markLength(view, start, index);
      const to = start + (lines[index + 1] ?? 0);
      const field = fieldOf(view, from, to);
      if (field === 'data') data = joined(data, valueOf(view, from + 4, to));
      else if (field === 'event') event = valueOf(view, from + 5, to);
      else if (field === 'error') {
        event = 'error';
        data = joined(data, valueOf(view, from + 5, to));
      }
    }
    this.isFirst = false;
    return { event, data: data ?? '', raw: view.subarray(start, end) };
  }

  /** Length of the byte order mark that the very first line may begin with. */
  private markLength(view: Buffer, start: number, index: number): number {
    if (!this.isFirst || index !== 0) return 0;
    return view[start] === 0xef && view[start + 1] === 0xbb && view[start + 2] === 0xbf ? 3 : 0;
  }
}

const indexOr = (view: Buffer, byte: number, from: number): number => {
  const at = view.indexOf(byte, from);
  return at < 0 ? NONE : at;
};

const joined = (before: string | undefined, value: string): string =>
  before === undefined ? value : `${before}\n${value}`;

/**
 * The fields we read, told by the bytes: most lines are data.
 * NOTE llama.cpp (and what is built on it) reports a failure in an `error` field, which the standard has not.
 */
function fieldOf(view: Buffer, from: number, to: number): 'data' | 'event' | 'error' | null {
  const first = view[from];
  if (first === 0x64 && isField(view, from, to, 'data')) return 'data';
  if (first !== 0x65) return null;
  if (isField(view, from, to, 'event')) return 'event';
  return isField(view, from, to, 'error') ? 'error' : null;
}

function isField(view: Buffer, from: number, to: number, name: string): boolean {
  const after = from + name.length;
  if (after > to) return false;
  for (let index = 1; index < name.length; index += 1) {
    if (view[from + index] !== name.charCodeAt(index)) return false;
  }
  return after === to || view[after] === 0x3a;
}

/** The value after the name: without the colon and one space. */
function valueOf(view: Buffer, from: number, to: number): string {
  if (from >= to) return '';
  return view.toString('utf8', view[from + 1] === 0x20 ? from + 2 : from + 1, to);
}

const tooLong = (limit: number): GatewayError =>
  new GatewayError('upstream_invalid_response', `The provider sent an event of more than ${limit} bytes`);

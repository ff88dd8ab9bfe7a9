import { crc32 } from 'node:zlib';
import { GatewayError } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { encodeSse } from '../sse/encode-sse.js';
import { SseDecoder, type SseDecoderOptions, type SseEvent } from '../sse/sse-decoder.js';
import { errorOfAwsException } from './aws-exception.js';
import { textHeaders } from './message-headers.js';

/** Lengths of the message and of its headers, and their checksum; behind the payload the checksum of it all. */
const PRELUDE = 12;
const CHECKSUM = 4;

const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export interface EventStreamDecoderOptions extends SseDecoderOptions {
  /**
   * For those that pass on what came: every `raw` is the message's own bytes, whatever it wraps, and an exception is an event of
   * its name. Default false.
   */
  readonly keepsMessages?: boolean;
}

/**
 * Splits a byte stream into the messages of AWS's event streams (`application/vnd.amazon.eventstream`): the event's name is its
 * `:event-type`, its data the payload. What an InvokeModel stream wraps, the model's own event, is unwrapped, and its `raw` is a
 * server-sent event; so are those that SageMaker hands through in pieces (`PayloadPart`). An exception is thrown as its error,
 * after the events that came before it.
 */
export class EventStreamDecoder {
  private readonly maxEventBytes: number;
  private readonly keepsMessages: boolean;
  /** Bytes of the unfinished message; only the first `length` count. */
  private pending = NOTHING;
  private length = 0;
  private failure: GatewayError | null = null;
  /** Of a server's own stream, within the messages. */
  private readonly inner: SseDecoder;

  constructor(options: EventStreamDecoderOptions = {}) {
    this.maxEventBytes = options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES;
    this.keepsMessages = options.keepsMessages ?? false;
    this.inner = new SseDecoder({ maxEventBytes: this.maxEventBytes });
  }

  /** Nothing of an unfinished message is held. */
  get isBetweenEvents(): boolean {
    return this.length === 0 && this.failure === null && this.inner.isBetweenEvents;
  }

  /** The events that this chunk completes. Throws `upstream_invalid_response` for bytes that are no messages. */
  push(chunk: Uint8Array): SseEvent[] {
    this.throwFailure();
    const view = this.append(chunk);
    const events: SseEvent[] = [];
    let at = 0;
    try {
      for (let size = this.sizeAt(view, at); size <= view.length - at; size = this.sizeAt(view, at)) {
        const message = messageOf(view.subarray(at, at + size));
        events.push(...(this.keepsMessages ? this.keptEvents(message) : this.eventsOf(message)));
        at += size;
      }
    } catch (error) {
      if (!(error instanceof GatewayError) || events.length === 0) throw error;
      this.failure = error;
    }
    this.keep(view, at);
    return events;
  }

  /** The end of the stream. Throws `upstream_stream_broken` where a message is not whole. */
  flush(): SseEvent[] {
    this.throwFailure();
    if (this.length > 0) {
      throw new GatewayError('upstream_stream_broken', 'The stream ended within an event');
    }
    return this.inner.flush();
  }

  /** The first event of a message has all its bytes; a message without any is one that says nothing. */
  private keptEvents(message: Message): SseEvent[] {
    const { headers, payload, raw } = message;
    const exception = headers.get(':exception-type') ?? headers.get(':error-code');
    if (exception !== undefined) return [{ event: exception, data: payload.toString(), raw }];
    const events = this.eventsOf(message);
    if (events.length === 0) return [{ event: null, data: '', raw }];
    return events.map((event, index) => ({ ...event, raw: index === 0 ? raw : NOTHING }));
  }

  /** Throws an exception's error. */
  private eventsOf({ headers, payload, raw }: Message): SseEvent[] {
    const type = headers.get(':message-type');
    if (type === 'exception') {
      const { message } = parsed(payload.toString());
      throw errorOfAwsException(headers.get(':exception-type') ?? 'exception', message);
    }
    if (type === 'error') {
      throw errorOfAwsException(headers.get(':error-code') ?? 'error', headers.get(':error-message'));
    }
    const event = headers.get(':event-type') ?? null;
    // Copied: what is pending in it may outlive the message.
    if (event === 'PayloadPart') return this.inner.push(Buffer.from(payload));
    const data = payload.toString();
    return event === 'chunk' ? unwrapped(data) : [{ event, data, raw }];
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }

  private append(chunk: Uint8Array): Buffer {
    if (this.length === 0) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const size = this.length + chunk.length;
    if (size > this.pending.length) {
      // Doubling keeps one message in many small chunks linear.
      const grown = Buffer.allocUnsafe(Math.max(size, this.pending.length * 2, 1024));
      this.pending.copy(grown, 0, 0, this.length);
      this.pending = grown;
    }
    this.pending.set(chunk, this.length);
    return this.pending.subarray(0, size);
  }

  /** The length of the message that starts here; more than there is where that is not known yet. */
  private sizeAt(view: Buffer, at: number): number {
    if (view.length - at < PRELUDE) return Infinity;
    const size = view.readUInt32BE(at);
    const isIntact = crc32(view.subarray(at, at + PRELUDE - 4)) === view.readUInt32BE(at + PRELUDE - 4);
    if (!isIntact || size < PRELUDE + CHECKSUM + view.readUInt32BE(at + 4)) throw broken();
    if (size > this.maxEventBytes) throw tooLong(this.maxEventBytes);
    return size;
  }

  /** Kept as a copy: the chunk's memory may be another's by the next time, and events share that of what was pending. */
  private keep(view: Buffer, at: number): void {
    const isPending = at === 0 && this.length > 0;
    this.length = view.length - at;
    if (!isPending) this.pending = this.length === 0 ? NOTHING : Buffer.from(view.subarray(at));
  }
}

interface Message {
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
  readonly raw: Buffer;
}

function messageOf(raw: Buffer): Message {
  const end = raw.length - CHECKSUM;
  if (crc32(raw.subarray(0, end)) !== raw.readUInt32BE(end)) throw broken();
  const payloadStart = PRELUDE + raw.readUInt32BE(4);
  const headers = textHeaders(raw.subarray(PRELUDE, payloadStart));
  if (headers === null) throw broken();
  return { headers, payload: raw.subarray(payloadStart, end), raw };
}

function unwrapped(data: string): SseEvent[] {
  const { bytes } = parsed(data);
  if (typeof bytes !== 'string') return [];
  const inner = Buffer.from(bytes, 'base64').toString('utf8');
  const type = /^\{"type":"([a-z_]+)"/.exec(inner)?.[1] ?? parsed(inner)['type'];
  const name = typeof type === 'string' ? type : undefined;
  return [{ event: name ?? null, data: inner, raw: encodeSse(inner, name) }];
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const broken = (): GatewayError =>
  new GatewayError('upstream_invalid_response', 'The provider sent an event whose bytes are damaged');

const tooLong = (limit: number): GatewayError =>
  new GatewayError('upstream_invalid_response', `The provider sent an event of more than ${limit} bytes`);

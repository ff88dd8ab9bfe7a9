import { toGatewayError, type GatewayError } from '@tollgate/contracts';
import type { SseEvent } from '@tollgate/dialects';
import type { Exchange } from '../kit/exchange.js';
import { upstreamError, type ErrorSource } from '../kit/upstream-error.js';
import type { FrameDecoder } from './framing.js';
import type { StreamRelay } from './stream-relay.js';

const EVENT_END = '\n\n';

/**
 * A streamed answer, read by one reader. `open` waits for the first good event, so that a failure before it is a failure of
 * the attempt and not of a stream.
 */
export class StreamAnswer {
  private first: Uint8Array | null = null;
  private complete = false;
  /** Found behind good events, which go out first. */
  private failure: GatewayError | undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly relay: StreamRelay,
    private readonly decoder: FrameDecoder,
    private readonly source: ErrorSource,
  ) {}

  /** Rejects with the GatewayError that the provider's first words amount to. */
  async open(): Promise<void> {
    const parts: Uint8Array[] = [];
    await this.exchange.until(() => this.beginsWith(parts));
    this.exchange.tokenSeen();
    this.first = parts.length === 0 ? null : Buffer.concat(parts);
  }

  /** The client's next bytes: whatever has come since the last call; null after the last. Fails when the stream is broken. */
  next(): Uint8Array | null | Promise<Uint8Array | null> {
    const { first } = this;
    if (first !== null) {
      this.first = null;
      return first;
    }
    const part = this.some();
    return part === undefined ? this.exchange.until(() => this.some()) : part;
  }

  /** Nobody takes the rest: the provider's socket is closed. */
  cancel(reason: GatewayError): void {
    this.exchange.abort(reason);
  }

  /** Adds to what has come until there is a good event, or the end; undefined: neither is there yet. */
  private beginsWith(parts: Uint8Array[]): true | undefined {
    while (!this.relay.observer.started || parts.length === 0) {
      const part = this.some();
      if (part === null) break;
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return true;
  }

  /** What can be had at once that is not empty; undefined: nothing yet. */
  private some(): Uint8Array | null | undefined {
    let part = this.more();
    while (part?.length === 0) part = this.more();
    return part;
  }

  /** What can be had at once; undefined: nothing yet. */
  private more(): Uint8Array | null | undefined {
    if (this.failure !== undefined) throw this.failure;
    if (this.complete) return null;
    const chunk = this.exchange.poll();
    if (chunk === undefined) return undefined;
    return chunk === null ? this.finish() : this.relayed((parts) => this.relayChunk(chunk, parts));
  }

  /** What `work` makes of one read, in one piece: it travels, and is written to the client, together. */
  private relayed(work: (parts: Uint8Array[]) => void): Uint8Array {
    const parts: Uint8Array[] = [];
    try {
      work(parts);
    } catch (cause) {
      const error = toGatewayError(cause);
      this.exchange.abort(error);
      if (parts.length === 0) throw error;
      this.failure = error;
    }
    return joined(parts);
  }

  private relayChunk(chunk: Buffer, parts: Uint8Array[]): void {
    const { decoder, relay } = this;
    let at = 0;
    if (relay.pushAlike !== undefined) {
      if (!decoder.isBetweenEvents) {
        at = chunk.indexOf(EVENT_END) + EVENT_END.length;
        if (at < EVENT_END.length) at = chunk.length;
        this.relayEvents(decoder.push(chunk.subarray(0, at)), parts);
      }
      if (decoder.isBetweenEvents && !this.complete) at = relay.pushAlike(chunk, at, parts);
    }
    if (at < chunk.length && !this.complete) this.relayEvents(decoder.push(chunk.subarray(at)), parts);
  }

  private relayEvents(events: readonly SseEvent[], parts: Uint8Array[]): void {
    for (const event of events) {
      const part = this.relay.push(event);
      if (part !== null) parts.push(part);
      if (this.relay.observer.done) {
        this.conclude(parts);
        this.exchange.release();
        return;
      }
    }
  }

  private finish(): Uint8Array {
    const rest = this.relayRest();
    if (this.complete || this.failure !== undefined) return rest;
    if (!this.relay.observer.finished) {
      this.failure = this.truncated();
      return rest;
    }
    const parts = [rest];
    this.conclude(parts);
    return Buffer.concat(parts);
  }

  /** An event without its blank line may still be whole; if it is not, the stream was cut. */
  private relayRest(): Uint8Array {
    const rest = this.decoder.flush();
    try {
      return this.relayed((parts) => {
        this.relayEvents(rest, parts);
      });
    } catch (cause) {
      const error = toGatewayError(cause);
      throw error.code === 'upstream_invalid_response' ? this.truncated() : error;
    }
  }

  private conclude(parts: Uint8Array[]): void {
    this.complete = true;
    const end = this.relay.end();
    if (end !== null) parts.push(end);
  }

  private truncated(): GatewayError {
    return upstreamError(
      'upstream_stream_broken',
      'APIConnectionError',
      'The stream ended before the answer was complete.',
      this.source,
    );
  }
}

/** NOTE a single piece may share memory with what was read: nobody writes into that. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
}

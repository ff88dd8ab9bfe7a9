import { toGatewayError, type GatewayError } from '@tollgate/contracts';
import { SseDecoder, type SseEvent } from '@tollgate/dialects';
import type { Exchange } from '../kit/exchange.js';
import { upstreamError, type ErrorSource } from '../kit/upstream-error.js';
import type { StreamRelay } from './stream-relay.js';

/**
 * A streamed answer, read by one reader. `open` waits for the first good event, so that a failure before it is a failure of
 * the attempt and not of a stream.
 */
export class StreamAnswer {
  private readonly decoder: SseDecoder;
  private first: Uint8Array | null = null;
  private complete = false;
  /** Found behind good events, which go out first. */
  private failure: GatewayError | undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly relay: StreamRelay,
    private readonly source: ErrorSource,
    maxEventBytes: number,
  ) {
    this.decoder = new SseDecoder({ maxEventBytes });
  }

  /** Rejects with the GatewayError that the provider's first words amount to. */
  async open(): Promise<void> {
    const parts: Uint8Array[] = [];
    while (!this.relay.observer.started || parts.length === 0) {
      const part = await this.more();
      if (part === null) break;
      if (part.length > 0) parts.push(part);
    }
    this.exchange.tokenSeen();
    this.first = parts.length === 0 ? null : Buffer.concat(parts);
  }

  /** The client's next bytes: whatever has come since the last call; null after the last. A broken stream rejects. */
  async next(): Promise<Uint8Array | null> {
    const { first } = this;
    if (first !== null) {
      this.first = null;
      return first;
    }
    for (let part = await this.more(); part !== null; part = await this.more()) {
      if (part.length > 0) return part;
    }
    return null;
  }

  /** Nobody takes the rest: the provider's socket is closed. */
  cancel(reason: GatewayError): void {
    this.exchange.abort(reason);
  }

  private async more(): Promise<Uint8Array | null> {
    if (this.failure !== undefined) throw this.failure;
    if (this.complete) return null;
    const chunk = await this.exchange.read();
    return chunk === null ? this.finish() : this.relayAll(this.decode(chunk));
  }

  private decode(chunk: Uint8Array): SseEvent[] {
    try {
      return this.decoder.push(chunk);
    } catch (cause) {
      throw this.abandon(toGatewayError(cause));
    }
  }

  private abandon(error: GatewayError): GatewayError {
    this.exchange.abort(error);
    return error;
  }

  /** All events of one read in one piece: they travel, and are written to the client, together. */
  private relayAll(events: readonly SseEvent[]): Uint8Array {
    const parts: Uint8Array[] = [];
    try {
      for (const event of events) {
        const part = this.relay.push(event);
        if (part !== null) parts.push(part);
        if (this.relay.observer.done) {
          this.conclude(parts);
          this.exchange.release();
          break;
        }
      }
    } catch (cause) {
      const error = this.abandon(toGatewayError(cause));
      if (parts.length === 0) throw error;
      this.failure = error;
    }
    return Buffer.concat(parts);
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
      return this.relayAll(rest);
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

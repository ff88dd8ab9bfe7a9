import type { SseEvent } from '@tollgate/dialects';
import type { StreamObserver } from './observer.js';

/** Turns a provider's stream into the client's. Stateful: one for each stream. */
export interface StreamRelay {
  readonly observer: StreamObserver;
  /** The client's bytes for an event; null: none. Throws the GatewayError that ends the stream. */
  push(event: SseEvent): Uint8Array | null;
  /**
   * A short cut: takes the events at `start` that are like the one before but for their text, without taking them apart. Adds the
   * client's bytes for them to `parts`, and returns where it stopped, which is `start` when there is none.
   */
  pushAlike?(view: Buffer, start: number, parts: Uint8Array[]): number;
  /** What is missing after the provider's last event; called once, on a whole stream only. */
  end(): Uint8Array | null;
}

import type { SseEvent } from '@tollgate/dialects';
import type { StreamObserver } from './observer.js';

/** Turns a provider's stream into the client's. Stateful: one for each stream. */
export interface StreamRelay {
  readonly observer: StreamObserver;
  /** The client's bytes for an event; null: none. Throws the GatewayError that ends the stream. */
  push(event: SseEvent): Uint8Array | null;
  /** What is missing after the provider's last event; called once, on a whole stream only. */
  end(): Uint8Array | null;
}

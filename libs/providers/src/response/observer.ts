import type { ServiceTier, Usage } from '@tollgate/contracts';
import type { Json, SseEvent } from '@tollgate/dialects';

/** What the bill and the health need to know of an answer, whole or so far. */
export interface Progress {
  /** The provider's counts; null until it told any. */
  readonly usage: Usage | null;
  readonly rawUsage: unknown;
  /** The provider's own word on how it served; null: its standard service. */
  readonly serviceTier: ServiceTier | null;
  /** Characters of generated text (arguments of tool calls and thinking included). */
  readonly characters: number;
  /** The provider's id of the answer. */
  readonly responseId: string | null;
  /** The model's answer is whole; a stream may end here. */
  readonly finished: boolean;
}

/** Reads a provider's stream in its own dialect, event by event. */
export interface StreamObserver extends Progress {
  /** A payload that is no error has come. */
  readonly started: boolean;
  /** The stream's last event has come. */
  readonly done: boolean;
  /**
   * The event's payload; null for one that has none (a comment, the end mark). Throws a GatewayError for an error event and
   * for a payload that is not JSON.
   */
  observe(event: SseEvent): Json | null;
}

import type { AnswerFacts } from '@tollgate/dialects';

/** What the bill and the health need to know of an answer, whole or so far. */
export interface Progress extends AnswerFacts {
  /** Characters of generated text (arguments of tool calls and thinking included). */
  readonly characters: number;
  /** The model's answer is whole; a stream may end here. */
  readonly finished: boolean;
}

/** Reads a provider's stream in its own dialect, event by event. */
export interface StreamObserver extends Progress {
  /** A payload that is no error has come. */
  readonly started: boolean;
  /** The stream's last event has come. */
  readonly done: boolean;
}

import type { Dialect, ServiceTier, Usage } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import type { TranslatedRequest } from './translated-request.js';

/**
 * How one dialect is put into the canonical one of its task and back (`CANONICAL`; for chat: OpenAI's chat completions, with the
 * extensions that `messageToChat` writes: `reasoning_content`, `thinking_blocks`, `annotations`, `cache_control`). A dialect that
 * callers speak has a front, one that providers speak has a back; most have both.
 *
 * Of both: a field of the wrong shape throws `invalid_request` (a caller's) or `upstream_invalid_response` (a provider's), with
 * its path; nothing else is thrown whatever the shape.
 */
export interface Codec {
  readonly dialect: Dialect;
  readonly front?: Front;
  readonly back?: Back;
}

/** Callers' side of a dialect. */
export interface Front {
  /** The caller's request in the canonical dialect. Fields it does not know travel on where the canonical dialect could have them. */
  toCanonical(request: Json, options: FrontOptions): Json;
  /** A canonical answer as the caller's. */
  fromCanonical(answer: Json, options: AnswerOptions): Json;
  /** Absent: the dialect has no streams. */
  stream?(options: AnswerOptions): StreamEncoder;
}

export interface FrontOptions {
  /** The model that was asked for: some dialects have it in the path. */
  readonly model: string;
  readonly stream: boolean;
  /** Leave out what has no counterpart instead of refusing it. */
  readonly dropParams: boolean;
}

/** Providers' side of a dialect. */
export interface Back {
  /** A canonical request as the provider's. `model` of it is the provider's own name. */
  fromCanonical(request: Json, options: BackOptions): TranslatedRequest;
  /** The provider's answer in the canonical dialect. */
  toCanonical(answer: Json, options: AnswerOptions): Json;
  /** What the bill needs of a provider's answer. Never throws. */
  facts(answer: Json): AnswerFacts;
  /** Absent: the dialect has no streams. */
  stream?(options: AnswerOptions): StreamDecoder;
}

export interface BackOptions {
  /** The provider's name of the model. */
  readonly model: string;
  readonly stream: boolean;
  readonly dropParams: boolean;
  /** Sent when the caller bounds the answer by nothing and the dialect requires a bound. */
  readonly defaultMaxTokens: number;
}

export interface AnswerOptions {
  /** The model name that the caller sees. */
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** Of streams: the caller wants the chunk with the usage. */
  readonly includeUsage: boolean;
  /** The caller's own request: some answers repeat it. */
  readonly request: Json;
}

/** What the bill and the health need of an answer, whole or so far. */
export interface AnswerFacts {
  /** Null until the provider told any. */
  readonly usage: Usage | null;
  readonly rawUsage: unknown;
  /** The provider's own word on how it served; null: its standard service. */
  readonly serviceTier: ServiceTier | null;
  /** The provider's id of the answer. */
  readonly responseId: string | null;
}

/** Reads a provider's stream, event by event, and gives what it says as canonical chunks. */
export interface StreamDecoder extends AnswerFacts {
  /** A payload that is no error has come. */
  readonly started: boolean;
  /** The model's answer is whole; a stream may end here. */
  readonly finished: boolean;
  /** The stream's last event has come. */
  readonly done: boolean;
  /**
   * Canonical chunks of one event, often none. Throws the provider's error where the event is one. Binary events come with their
   * `:event-type` as `event` and their payload as `data`, lines of JSON with a null `event`.
   */
  push(event: SseEvent): Json[];
}

/** Writes the caller's stream from canonical chunks. */
export interface StreamEncoder {
  /** The caller's bytes for a chunk; null: none. */
  push(chunk: Json): Uint8Array | null;
  /** What is missing after the last chunk of a whole answer; called once. */
  end(): Uint8Array | null;
}

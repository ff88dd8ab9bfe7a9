import { GatewayError, type Dialect } from '@tollgate/contracts';
import { codecOf, type Json } from '@tollgate/dialects';
import { inWordsOf, type ErrorSource } from '../kit/upstream-error.js';
import { chatCharacters } from './delta-characters.js';
import type { Progress } from './observer.js';
import { isJson, parsePayload } from './parse-payload.js';
import { modelStamp } from './restamp.js';
import { factsOfUncoded } from './uncoded-facts.js';

export interface JsonAnswer {
  /** The client's body. */
  readonly data: Uint8Array;
  /** The provider's own. */
  readonly answer: Json;
  readonly progress: Progress;
}

export interface JsonAnswerOptions {
  readonly from: Dialect;
  readonly to: Dialect;
  /** The model name that the client asked for. */
  readonly model: string;
  readonly source: ErrorSource;
  /** The client's request, where an answer may repeat it. */
  readonly request?: Json | undefined;
}

/** Reads a provider's whole answer and puts it in the client's words. Throws a GatewayError when it is none. */
export function jsonAnswer(body: Buffer, options: JsonAnswerOptions): JsonAnswer {
  const { from, to, source } = options;
  const answer = parsePayload(body.toString(), source);
  if (from === to && !isUnencoded(answer, options))
    return { data: stamped(body, answer, options.model), answer, progress: progressOf(answer, options) };
  const canonical = canonicalOf(answer, options);
  return { data: translated(canonical, options), answer, progress: progressOf(answer, options, canonical) };
}

/** NOTE some servers know floats alone, and OpenAI's clients ask for base64 and decode it without looking. */
function isUnencoded({ data }: Json, { to, request }: JsonAnswerOptions): boolean {
  if (to !== 'openai-embeddings' || request?.['encoding_format'] !== 'base64') return false;
  return Array.isArray(data) && data.some((item) => isJson(item) && Array.isArray(item['embedding']));
}

const stamped = (body: Buffer, answer: Json, model: string): Uint8Array =>
  answer['model'] === undefined || answer['model'] === model ? body : modelStamp(model)(body);

/** Throws `upstream_invalid_response` for what is no answer of the dialect. */
function canonicalOf(answer: Json, options: JsonAnswerOptions): Json {
  const back = codecOf(options.from)?.back;
  if (back === undefined) throw new GatewayError('internal', 'Internal server error');
  try {
    return back.toCanonical(answer, answerOptions(options));
  } catch (cause) {
    throw cause instanceof GatewayError ? inWordsOf(options.source, cause) : cause;
  }
}

function translated(canonical: Json, options: JsonAnswerOptions): Uint8Array {
  const front = codecOf(options.to)?.front;
  if (front === undefined) throw new GatewayError('internal', 'Internal server error');
  return Buffer.from(JSON.stringify(front.fromCanonical(canonical, answerOptions(options))));
}

const answerOptions = ({ model, request = {} }: JsonAnswerOptions) => ({
  ...{ model, request, includeUsage: true },
  created: Math.floor(Date.now() / 1_000),
});

function progressOf(answer: Json, options: JsonAnswerOptions, canonical?: Json): Progress {
  const { usage, rawUsage, serviceTier, responseId } =
    codecOf(options.from)?.back?.facts(answer) ?? factsOfUncoded(answer);
  // Counted only where nobody else has: it is the bill then.
  const characters = usage === null ? chatCharacters(canonical ?? chatOf(answer, options)) : 0;
  return { usage, rawUsage, serviceTier, responseId, characters, finished: true };
}

/** The answer as chat, for its characters; what is none has none. */
function chatOf(answer: Json, options: JsonAnswerOptions): Json {
  if (options.from === 'openai-chat') return answer;
  try {
    return codecOf(options.from)?.back?.toCanonical(answer, answerOptions(options)) ?? {};
  } catch {
    return {};
  }
}

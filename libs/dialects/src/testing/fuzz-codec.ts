import { GatewayError } from '@tollgate/contracts';
import type { AnswerOptions, Codec } from '../codec/codec.js';
import { isObject, type Json } from '../json/json.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { randomJson, seededRandom } from './random-json.js';

/** Real bodies of a dialect, and canonical ones, that the fuzzing spoils. */
export interface FuzzSamples {
  /** Of callers, in the dialect. */
  readonly requests: readonly Json[];
  readonly canonicalRequests: readonly Json[];
  /** Of providers, in the dialect. */
  readonly answers: readonly Json[];
  readonly canonicalAnswers: readonly Json[];
  /** Payloads of a provider's stream. */
  readonly events: readonly Json[];
  readonly canonicalChunks: readonly Json[];
}

export const ANSWER_OPTIONS: AnswerOptions = { model: 'seen', created: 1, includeUsage: true, request: {} };

/** Spoils samples at random places; whatever comes of it, nothing but a GatewayError is thrown. */
export function fuzzCodec({ front, back }: Codec, samples: FuzzSamples, rounds = 300): void {
  const random = seededRandom(rounds);
  const options = { model: 'm', stream: false, defaultMaxTokens: 10 };
  const answer = { ...ANSWER_OPTIONS, request: {} };
  for (let round = 0; round < rounds; round += 1) {
    const dropParams = random() < 0.5;
    for (const body of spoilt(samples.requests, random))
      survives(() => front?.toCanonical(body, { ...options, dropParams }));
    for (const body of spoilt(samples.canonicalRequests, random))
      survives(() => back?.fromCanonical(body, { ...options, dropParams }));
    for (const body of spoilt(samples.answers, random)) {
      survives(() => back?.toCanonical(body, answer));
      back?.facts(body);
    }
    for (const body of spoilt(samples.canonicalAnswers, random))
      survives(() => front?.fromCanonical(body, answer));
    survives(() => decode(back?.stream?.(answer), spoilt(samples.events, random)));
    survives(() => encode(front?.stream?.(answer), spoilt(samples.canonicalChunks, random)));
  }
}

function survives(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
}

function decode(decoder: { push(event: SseEvent): Json[] } | undefined, payloads: readonly Json[]): void {
  for (const payload of payloads) decoder?.push(eventOf(payload));
}

function encode(
  encoder: { push(chunk: Json): unknown; end(): unknown } | undefined,
  chunks: readonly Json[],
): void {
  for (const chunk of chunks) encoder?.push(chunk);
  encoder?.end();
}

/** An event as the payload of one that has no name. */
export const eventOf = (payload: unknown, event: string | null = null): SseEvent => ({
  event,
  data: typeof payload === 'string' ? payload : JSON.stringify(payload),
  raw: new Uint8Array(),
});

const spoilt = (samples: readonly Json[], random: () => number): Json[] =>
  samples.map((sample) => mutated(sample, random)).filter(isObject);

/** A copy with one random place replaced by random JSON; now and then none. */
function mutated(value: unknown, random: () => number): unknown {
  if (random() < 0.2) return randomJson(random, 2);
  if (Array.isArray(value) && value.length > 0) {
    const at = Math.floor(random() * value.length);
    return value.map((item: unknown, index) => (index === at ? mutated(item, random) : item));
  }
  if (!isObject(value) || Object.keys(value).length === 0) return value;
  const names = Object.keys(value);
  const name = names[Math.floor(random() * names.length)] ?? '';
  return { ...value, [name]: mutated(value[name], random) };
}

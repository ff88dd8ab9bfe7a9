import { GatewayError } from '@tollgate/contracts';
import {
  codecOf,
  type AnswerOptions,
  type Back,
  type Front,
  type Json,
  type SseEvent,
} from '@tollgate/dialects';
import { assembleChat, summarizeChat } from './assemble.js';
import { listOf } from './checks.js';

export const ANSWER_OPTIONS: AnswerOptions = { model: 'any', created: 1, includeUsage: true, request: {} };

/** Both sides of a dialect of chat. */
export interface ChatCodec {
  readonly front: Required<Front>;
  readonly back: Required<Back>;
}

export const chatCodec = (dialect: Parameters<typeof codecOf>[0]): ChatCodec =>
  codecOf(dialect) as unknown as ChatCodec;

/** A whole answer says the same when it is written again and read back, whole and as a stream. */
export function checkAnswerAgain({ front, back }: ChatCodec, answer: Json, decode: Decode): void {
  const completion = back.toCanonical(answer, ANSWER_OPTIONS);
  const said = summarizeChat(completion);
  expect(
    summarizeChat(back.toCanonical(front.fromCanonical(completion, ANSWER_OPTIONS), ANSWER_OPTIONS)),
  ).toEqual(said);
  const chunks = decoded(back, decode(written(front, chunksOf(completion)))).chunks;
  expect(assembleChat(chunks)).toEqual(said);
}

/** Splits a stream into events. */
export type Decode = (bytes: Buffer) => SseEvent[];

export interface Decoded {
  readonly chunks: Json[];
  readonly decoder: ReturnType<Required<Back>['stream']>;
}

function decoded(back: Required<Back>, events: readonly SseEvent[]): Decoded {
  const decoder = back.stream(ANSWER_OPTIONS);
  return { chunks: events.flatMap((event) => decoder.push(event)), decoder };
}

/**
 * A stream is finished by its last event (or the one at `end`) and no earlier, has one finish reason and its usage last, and says the same when it is
 * written again and read back. Gives what it says.
 */
export function checkStreamAgain(
  { front, back }: ChatCodec,
  events: readonly SseEvent[],
  decode: Decode,
  end = events.findLastIndex(({ data }) => data !== '' && data !== '[DONE]'),
): Decoded {
  const all = decoded(back, events);
  expect(all.decoder).toMatchObject({ started: true, finished: true, done: true });
  const ends = all.chunks
    .flatMap(({ choices }) => listOf(choices))
    .filter((choice) => choice['finish_reason']);
  expect(ends).toHaveLength(1);
  expect(all.chunks.at(-1)?.['choices']).toEqual([]);
  for (const at of [1, Math.floor(end / 2), end])
    expect(decoded(back, events.slice(0, at)).decoder.finished).toBe(false);
  const again = decoded(back, decode(written(front, all.chunks)));
  expect(again.decoder.finished).toBe(true);
  expect(assembleChat(again.chunks)).toEqual(assembleChat(all.chunks));
  return all;
}

function written(front: Required<Front>, chunks: readonly Json[]): Buffer {
  const encoder = front.stream(ANSWER_OPTIONS);
  const parts = [...chunks.map((chunk) => encoder.push(chunk)), encoder.end()];
  return Buffer.concat(parts.filter((part) => part !== null));
}

/** The chunks by which a completion could have been streamed. */
function chunksOf({ choices, usage, ...head }: Json): Json[] {
  const [choice = {}] = listOf(choices);
  const message = choice['message'] as Json;
  const calls = listOf(message['tool_calls']).map((call, index) => ({ ...call, index }));
  const delta = { ...message, ...(calls.length > 0 && { tool_calls: calls }) };
  const chunk = (change: Json, finish: unknown): Json => ({
    ...head,
    choices: [{ index: 0, delta: change, finish_reason: finish }],
  });
  return [chunk(delta, null), chunk({}, choice['finish_reason']), { ...head, choices: [], usage }];
}

/** The dialect's request by way of the canonical one, with nothing refused and nothing dropped. */
export function requestAgain({ front, back }: Pick<ChatCodec, 'front' | 'back'>, request: Json): Json {
  const options = {
    ...{ model: String(request['model']), stream: request['stream'] === true },
    ...{ dropParams: false, defaultMaxTokens: 1_000 },
  };
  const { body, dropped } = back.fromCanonical(front.toCanonical(request, options), options);
  expect(dropped).toEqual([]);
  return body;
}

/** Members with a value that says something: clients spell nothing as null, an empty text, list or object, or false. */
export const meaningOf = (request: Json): Json =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => !EMPTY.has(JSON.stringify(value))));

const EMPTY = new Set(['null', '""', '[]', '{}', 'false']);

/** What a refusal throws when it is read as an answer. */
export function failureOf(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

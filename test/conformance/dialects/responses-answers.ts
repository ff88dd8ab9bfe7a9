import {
  codecOf,
  type AnswerOptions,
  type Back,
  type Front,
  type Json,
  type SseEvent,
} from '@tollgate/dialects';
import { assembleChat, summarizeChat } from '../assemble.js';
import { checkSplice, checkUsage, decodeStream, isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';
import { failureOf } from '../codec-checks.js';
import { checkResponseEvents } from '../response-events.js';

const { front, back } = codecOf('openai-responses') as { front: Required<Front>; back: Required<Back> };
const options: AnswerOptions = { model: 'any', created: 1, includeUsage: true, request: {} };

export function checkResponsesAnswer(recording: Recording): string | null {
  if (recording.isStream) return checkStream(recording);
  checkAnswer(recording);
  return null;
}

function checkAnswer({ response }: Recording): void {
  const answer = parse(response);
  checkSplice(response);
  if (answer['status'] === 'queued' || isObject(answer['error'])) {
    expect(failureOf(() => back.toCanonical(answer, options)).code).toMatch(/^upstream_/);
    return;
  }
  checkTold(answer);
  checkWholeAgain(back.toCanonical(answer, options));
}

function checkStream({ response }: Recording): string | null {
  const events = decodeStream(response);
  // NOTE one file is no JSON in a line of it.
  if (events.some(({ data }) => data.startsWith('{') && !isJson(data))) {
    expect(failureOf(() => decoded(events)).code).toBe('upstream_invalid_response');
    return 'a line that is no JSON ends a stream with an error';
  }
  const payloads = events
    .filter(({ data }) => data !== '' && data !== '[DONE]')
    .map(({ data }) => parse(data));
  if (payloads.some(({ type }) => type === 'error' || type === 'response.failed')) {
    expect(failureOf(() => decoded(events)).code).toMatch(/^upstream_/);
    return null;
  }
  const { chunks, decoder } = decoded(events);
  const whole = payloads.findLast(({ type }) => /^response\.(completed|incomplete)$/.test(String(type)));
  expect([decoder.finished, decoder.done]).toEqual([whole !== undefined, whole !== undefined]);
  if (whole === undefined) return 'a stream that its client left is not taken for a whole one';
  const answer = whole['response'] as Json;
  checkTold(answer);
  expect(decoder.usage).toEqual(back.facts(answer).usage);
  expect(decoder.responseId).toBe(answer['id']);
  checkSame(assembleChat(chunks), summarizeChat(back.toCanonical(answer, options)));
  checkStreamAgain(chunks);
  checkCut(events);
  return null;
}

function decoded(events: readonly SseEvent[]): { chunks: Json[]; decoder: ReturnType<typeof back.stream> } {
  const decoder = back.stream(options);
  return { chunks: events.flatMap((event) => decoder.push(event)), decoder };
}

/** A stream that breaks off anywhere is not taken for a whole one. */
function checkCut(events: readonly SseEvent[]): void {
  const end = events.findIndex(({ data }) => /"type": ?"response\.(completed|incomplete)"/.test(data));
  for (const at of [1, Math.floor(end / 2), end]) {
    expect(decoded(events.slice(0, at)).decoder.finished).toBe(false);
  }
}

function checkTold(answer: Json): void {
  const { usage } = answer;
  if (!isObject(usage)) return;
  const { input_tokens: prompt, output_tokens: completion, total_tokens: total } = usage;
  const ours = back.facts(answer).usage;
  checkUsage(ours, { prompt, completion, total });
  const items = listOf(answer['output']);
  const isOfOpenAi = usage['server_side_tool_usage_details'] === undefined;
  if (!items.some(({ type }) => type === 'web_search_call') && isOfOpenAi) expect(ours?.searches).toBe(0);
  expect(ours?.fileSearches).toBe(items.filter(({ type }) => type === 'file_search_call').length);
}

/** A chat that becomes a response and a chat again says the same. */
function checkWholeAgain(completion: Json): void {
  const response = front.fromCanonical(completion, options);
  const again = back.toCanonical(response, options);
  checkSame(summarizeChat(again), summarizeChat(completion));
  expect(blocksOf(again)).toEqual(blocksOf(completion));
}

function checkStreamAgain(chunks: readonly Json[]): void {
  const encoder = front.stream(options);
  const bytes = [...chunks.map((chunk) => encoder.push(chunk)), encoder.end()].filter(
    (part) => part !== null,
  );
  const events = decodeStream(Buffer.concat(bytes));
  const response = checkResponseEvents(events.map(({ event, data }) => ({ event, payload: parse(data) })));
  const again = back.toCanonical(response, options);
  checkSame(summarizeChat(again), assembleChat(chunks));
  checkSame(assembleChat(decoded(events).chunks), summarizeChat(again));
}

const blocksOf = (completion: Json): unknown => {
  const message = listOf(completion['choices'])[0]?.['message'];
  return isObject(message) ? message['thinking_blocks'] : undefined;
};

function checkSame(after: Json, before: Json): void {
  const { usage: _after, ...said } = after;
  const { usage: _before, ...expected } = before;
  expect(said).toEqual(expected);
}

function isJson(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

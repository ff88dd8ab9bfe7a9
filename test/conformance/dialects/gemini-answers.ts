import { completionTokens, promptTokens, type Usage } from '@tollgate/contracts';
import {
  SseDecoder,
  codecOf,
  type AnswerOptions,
  type Back,
  type Front,
  type Json,
  type SseEvent,
} from '@tollgate/dialects';
import { assembleChat, summarizeChat } from '../assemble.js';
import { DONE_EVENT, asEvent, checkUsage, decodeStream, isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';

const { front, back } = codecOf('gemini-content') as { front: Required<Front>; back: Required<Back> };
const SHOWN = { generationConfig: { thinkingConfig: { includeThoughts: true } } };
const OPTIONS: AnswerOptions = { model: 'seen', created: 1, includeUsage: true, request: SHOWN };

/** Of whole answers, and of streams in either form. */
export function checkGeminiAnswer(recording: Recording): void {
  const text = recording.response.toString('utf8').trim();
  if (text.startsWith('{')) checkAnswer(parse(text));
  else checkStream(eventsOf(recording));
}

/** NOTE without `alt=sse` Gemini streams a list. */
function eventsOf({ response }: Recording): SseEvent[] {
  const text = response.toString('utf8').trim();
  if (text.startsWith('[')) return (JSON.parse(text) as Json[]).map(asEvent);
  return decodeStream(response);
}

function checkRefusal(body: Json): void {
  expect(() => back.toCanonical(body, OPTIONS)).toThrow((body['error'] as Json)['message'] as string);
  expect(() => back.stream(OPTIONS).push(asEvent(body))).toThrow(/./);
}

function checkAnswer(answer: Json): void {
  if (answer['error'] !== undefined) {
    checkRefusal(answer);
    return;
  }
  const chat = back.toCanonical(answer, OPTIONS);
  const told = summarizeChat(chat);
  checkSays(told, [answer]);
  checkCounts(back.facts(answer).usage, answer['usageMetadata']);
  const decoder = back.stream(OPTIONS);
  expect(assembleChat(decoder.push(asEvent(answer)))).toEqual(told);
  expect(decoder.finished).toBe(true);
  expect(decoder.usage).toEqual(back.facts(answer).usage);
  checkFront(chat, told);
}

function checkStream(events: readonly SseEvent[]): void {
  const answers = events
    .filter(({ data }) => data !== '' && data !== '[DONE]')
    .map(({ data }) => parse(data));
  const decoder = back.stream(OPTIONS);
  const chunks = events.flatMap((event) => decoder.push(event));
  expect(decoder.finished).toBe(true);
  const told = assembleChat(chunks);
  checkSays(told, answers);
  const usage = answers.map((answer) => answer['usageMetadata']).findLast((each) => isObject(each));
  checkCounts(decoder.usage, usage);
  expect(chunks.filter((chunk) => chunk['usage'] !== undefined)).toHaveLength(1);
  checkEncoder(chunks, told);
}

/** All texts, thoughts and calls are there; something is always said. */
function checkSays(told: Json, answers: readonly Json[]): void {
  const parts = answers
    .flatMap((answer) => listOf(answer['candidates']).slice(0, 1))
    .flatMap(({ content }) => listOf(isObject(content) ? content['parts'] : []));
  const texts = (isThought: boolean): string =>
    parts
      .flatMap(({ text, thought }) =>
        (thought === true) === isThought ? [typeof text === 'string' ? text : ''] : [],
      )
      .join('');
  const calls = parts.map((part) => part['functionCall']).filter(isObject);
  const named = calls.filter(({ name }) => name !== undefined).map(({ name }) => name);
  if (texts(false) !== '') expect(told['content']).toBe(texts(false));
  expect(told['reasoning']).toBe(texts(true));
  expect(listOf(told['calls']).map(({ name }) => name)).toEqual(named);
  if (
    calls.every(({ partialArgs, willContinue }) => partialArgs === undefined && willContinue === undefined)
  ) {
    const args = calls.filter(({ name }) => name !== undefined).map((call) => call['args'] ?? {});
    expect(listOf(told['calls']).map((call) => call['arguments'])).toEqual(args);
  }
  const ids = listOf(told['calls']).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(told['finish']).toMatch(/^(?:stop|length|tool_calls|content_filter)$/);
  if (named.length > 0) expect(told['finish']).toBe('tool_calls');
  const isCutShort = told['finish'] === 'length' || told['finish'] === 'stop';
  if (named.length === 0 && !isCutShort) expect(told['content']).not.toBe('');
}

function checkCounts(usage: Usage | null, raw: unknown): void {
  const { promptTokenCount, totalTokenCount } = raw as Json;
  checkUsage(usage, { prompt: undefined, completion: undefined });
  if (usage === null) return;
  expect(promptTokens(usage) + completionTokens(usage)).toBe(totalTokenCount);
  expect(promptTokens(usage)).toBeGreaterThanOrEqual(Number(promptTokenCount));
}

/** To a Gemini client and back again, all is as it was. */
function checkFront(chat: Json, told: Json): void {
  const answer = front.fromCanonical(chat, OPTIONS);
  const again = summarizeChat(back.toCanonical(answer, OPTIONS));
  expect({ ...again, usage: null }).toEqual({ ...told, usage: null, finish: expect.anything() as unknown });
  checkSameCounts(again['usage'], told['usage']);
}

function checkEncoder(chunks: readonly Json[], told: Json): void {
  const encoder = front.stream(OPTIONS);
  const bytes = [...chunks.map((chunk) => encoder.push(chunk)), encoder.end()].filter(
    (each) => each !== null,
  );
  const decoder = new SseDecoder();
  const events = [...decoder.push(Buffer.concat(bytes)), ...decoder.flush()];
  const stream = back.stream(OPTIONS);
  const again = assembleChat([...events, DONE_EVENT].flatMap((event) => stream.push(event)));
  expect(stream.done).toBe(true);
  expect({ ...again, usage: null }).toEqual({ ...told, usage: null });
  checkSameCounts(again['usage'], told['usage']);
}

function checkSameCounts(after: unknown, before: unknown): void {
  const countsOf = (usage: unknown): Json => {
    const { prompt_tokens, completion_tokens, total_tokens } = usage as Json;
    return { prompt_tokens, completion_tokens, total_tokens };
  };
  expect(countsOf(after)).toEqual(countsOf(before));
}

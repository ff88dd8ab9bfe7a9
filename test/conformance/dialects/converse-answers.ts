import { usageOfMessage, type Json, type SseEvent } from '@tollgate/dialects';
import { assembleChat, summarizeChat } from '../assemble.js';
import { checkUsage, decodeStream, isObject, listOf, parse } from '../checks.js';
import { ANSWER_OPTIONS, chatCodec, checkAnswerAgain, checkStreamAgain } from '../codec-checks.js';
import { eventStreamEvents } from '../event-stream.js';
import type { Recording } from '../recordings.js';

const codec = chatCodec('bedrock-converse');
const claude = chatCodec('anthropic-messages');

export function checkConverseAnswer(recording: Recording): void {
  if (recording.isStream) checkStream(recording);
  else checkAnswer(recording);
}

function checkAnswer({ response }: Recording): void {
  const answer = parse(response);
  checkTold(answer['usage']);
  checkAnswerAgain(codec, answer, eventStreamEvents);
  checkContent(answer);
}

/** Every text, thought and call of the answer is in the chat, in the same order and no other. */
function checkContent(answer: Json): void {
  const content = listOf(((answer['output'] as Json)['message'] as Json)['content']);
  const said = summarizeChat(codec.back.toCanonical(answer, ANSWER_OPTIONS));
  const cited = content.flatMap((block) =>
    isObject(block['citationsContent']) ? listOf(block['citationsContent']['content']) : [block],
  );
  const texts = cited.map(({ text }) => text).filter((text) => typeof text === 'string');
  const calls = content.map(({ toolUse }) => toolUse).filter(isObject);
  expect(said['content']).toBe(texts.join(''));
  expect(said['calls']).toEqual(
    calls
      .filter(({ type }) => type !== 'server_tool_use')
      .map(({ toolUseId: id, name, input }) => ({ id, name, arguments: input })),
  );
  const thoughts = content
    .map(({ reasoningContent }) => (isObject(reasoningContent) ? reasoningContent['reasoningText'] : null))
    .filter(isObject);
  expect(said['reasoning']).toBe(thoughts.map(({ text }) => String(text)).join(''));
}

function checkStream({ response }: Recording): void {
  const events = response[0] === 0 ? eventStreamEvents(response) : decodeStream(response);
  // NOTE lines of JSON, and what Nova is invoked with, have the event's name around its payload; some lack what ends a stream.
  if (events[0]?.event === null) {
    checkLines(events);
    return;
  }
  const end = events.findIndex(({ event }) => event === 'messageStop');
  const { decoder, chunks } = checkStreamAgain(codec, events, eventStreamEvents, end);
  const metadata = events.find(({ event }) => event === 'metadata');
  const { usage } = parse(metadata?.data ?? '{}');
  expect(decoder.usage).toEqual(codec.back.facts({ usage }).usage);
  checkTold(usage);
  checkNothingLost(events, chunks);
}

function checkLines(events: readonly SseEvent[]): void {
  const decoder = codec.back.stream(ANSWER_OPTIONS);
  const chunks = events.flatMap((event) => decoder.push(event));
  expect(decoder.finished).toBe(true);
  const named = events
    .filter(({ data }) => data !== '[DONE]')
    .flatMap(({ data, raw }) =>
      Object.entries(parse(data)).map(([event, payload]) => ({ event, data: JSON.stringify(payload), raw })),
    );
  checkNothingLost(named, chunks);
}

/** All that the deltas say of one kind, joined. */
function checkNothingLost(events: readonly SseEvent[], chunks: readonly Json[]): void {
  const deltas = events
    .filter(({ event }) => event === 'contentBlockDelta')
    .map(({ data }) => parse(data)['delta'])
    .filter(isObject);
  const joined = (textOf: (delta: Json) => unknown): string =>
    deltas
      .map(textOf)
      .filter((text) => typeof text === 'string')
      .join('');
  const said = assembleChat(chunks);
  expect(said['content']).toBe(joined(({ text }) => text));
  expect(said['reasoning']).toBe(
    joined(({ reasoningContent }) => (isObject(reasoningContent) ? reasoningContent['text'] : undefined)),
  );
  const inputs = joined(({ toolUse }) => (isObject(toolUse) ? toolUse['input'] : undefined));
  const given = listOf(said['calls']).map((call) => call['arguments']);
  expect(given.filter((input) => JSON.stringify(input) !== '{}')).toEqual(
    objectsOf(inputs).filter((input) => JSON.stringify(input) !== '{}'),
  );
}

/** JSON objects that follow on each other without anything between. */
const objectsOf = (text: string): unknown[] =>
  text === '' ? [] : (JSON.parse(`[${text.replaceAll('}{', '},{')}]`) as unknown[]);

function checkTold(usage: unknown): void {
  expect(isObject(usage)).toBe(true);
  const { inputTokens, outputTokens, totalTokens, ...rest } = usage as Record<string, number>;
  const cached = (rest['cacheReadInputTokens'] ?? 0) + (rest['cacheWriteInputTokens'] ?? 0);
  checkUsage(codec.back.facts({ usage }).usage, {
    prompt: (inputTokens ?? 0) + cached,
    completion: outputTokens,
    total: totalTokens,
  });
}

/** Claude in its own words: the events are wrapped, and are Anthropic's as soon as they are unwrapped. */
export function checkInvokedClaude({ response }: Recording): void {
  const events = eventStreamEvents(response);
  const raw = Buffer.concat(events.map((event) => event.raw));
  expect(decodeStream(raw).map(({ event, data }) => [event, data])).toEqual(
    events.map(({ event, data }) => [event, data]),
  );
  const { decoder } = checkStreamAgain(claude, events, decodeStream);
  const told = events.map(({ data }) => parse(data)).map(({ message, usage }) => [message, usage]);
  const usages = told.flatMap(([message, usage]) => [isObject(message) ? message['usage'] : null, usage]);
  expect(decoder.usage).toEqual(usageOfMessage(Object.assign({}, ...usages.filter(isObject))));
}

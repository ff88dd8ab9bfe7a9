import type { GatewayError } from '@tollgate/contracts';
import {
  ChatToMessageStream,
  chatToMessage,
  errorOfChatChunk,
  messageToChat,
  usageOfChat,
} from '@tollgate/dialects';
import type { Json, SseEvent } from '@tollgate/dialects';
import { assembleChat, assembleMessage, summarizeChat } from '../assemble.js';
import { DONE_EVENT, checkSplice, checkUsage, decodeStream, isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';

export function checkChatAnswer(recording: Recording): void {
  if (recording.isStream) checkStream(decodeStream(recording.response));
  else checkAnswer(recording);
}

function checkAnswer({ response }: Recording): void {
  const answer = parse(response);
  checkSplice(response);
  checkTold(answer['usage']);
  const error = errorOfChatChunk(answer);
  if (error !== null) {
    expect(listOf(answer['choices'])).toEqual([]);
    return;
  }
  const message = chatToMessage(answer);
  const back = messageToChat(message, { model: 'any', created: 0 });
  checkSame(summarizeChat(back), summarizeChat(answer));
}

function checkStream(events: readonly SseEvent[]): void {
  const payloads = events.filter(({ data }) => data !== '' && data !== '[DONE]');
  const chunks = payloads.map(({ data }) => parse(data));
  chunks.forEach((chunk) => {
    checkTold(chunk['usage']);
  });
  const failed = chunks.some((chunk) => chunk['error'] !== undefined);
  if (failed) {
    checkFailure(events, chunks);
    return;
  }
  checkFinishes(events, chunks);
  const stream = new ChatToMessageStream();
  const translated = [...events, DONE_EVENT].flatMap((event) => stream.push(event));
  expect(stream.finished).toBe(true);
  expect(translated.filter(({ type }) => type === 'message_delta')).toHaveLength(1);
  expect(translated.at(-1)).toEqual({ type: 'message_stop' });
  const message = assembleMessage(translated);
  checkSame(summarizeChat(messageToChat(message, { model: 'any', created: 0 })), assembleChat(chunks));
}

/** A stream that broke off is told by the error's own event, and never ends as if it were whole. */
function checkFailure(events: readonly SseEvent[], chunks: readonly Json[]): void {
  expect(errorOfChatChunk(chunks.at(-1))?.message).not.toBe('');
  const stream = new ChatToMessageStream();
  let thrown: unknown;
  try {
    for (const event of events) stream.push(event);
  } catch (error) {
    thrown = error;
  }
  expect((thrown as GatewayError).code).toMatch(/^upstream_/);
  expect(stream.finished).toBe(false);
}

/**
 * Every choice is finished, once or (OpenRouter, beside the usage) again in the same words; a provider that never says
 * why (Snowflake) ends with `[DONE]`.
 */
function checkFinishes(events: readonly SseEvent[], chunks: readonly Json[]): void {
  const reasons = new Map<unknown, Set<unknown>>();
  for (const choice of chunks.flatMap((chunk) => listOf(chunk['choices']))) {
    const known = reasons.get(choice['index']) ?? new Set();
    reasons.set(choice['index'], known);
    if (choice['finish_reason']) known.add(choice['finish_reason']);
  }
  expect(reasons.size).toBeGreaterThan(0);
  const isDone = events.at(-1)?.data === '[DONE]';
  for (const known of reasons.values()) expect(known.size === 1 || (known.size === 0 && isDone)).toBe(true);
}

function checkTold(usage: unknown): void {
  if (!isObject(usage)) return;
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage;
  checkUsage(usageOfChat(usage), { prompt, completion, total });
}

/** Text, reasoning and tool calls survive the way there and back. */
function checkSame(after: Json, before: Json): void {
  expect(after['content']).toBe(before['content']);
  expect(after['reasoning']).toBe(before['reasoning']);
  expect(after['calls']).toEqual(before['calls']);
}

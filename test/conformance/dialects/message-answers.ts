import type { Json } from '@tollgate/dialects';
import { MessageToChatStream, messageToChat, usageOfMessage } from '@tollgate/dialects';
import { assembleChat, assembleMessage, streamOfMessage, summarizeChat } from '../assemble.js';
import { asEvent, checkSplice, checkUsage, decodeStream, isObject, listOf, parse } from '../checks.js';
import { checkInvokedClaude } from './converse-answers.js';
import type { Recording } from '../recordings.js';

const options = { model: 'claude', created: 1 };

export function checkMessageAnswer(recording: Recording): void {
  if (recording.response[0] === 0) checkInvokedClaude(recording);
  else if (recording.isStream) checkStream(recording);
  else checkAnswer(recording);
}

function checkAnswer({ response }: Recording): void {
  const message = parse(response);
  checkSplice(response);
  checkTold(message['usage']);
  checkAgreement(message, streamOfMessage(message));
}

function checkStream({ response }: Recording): void {
  const events = decodeStream(response)
    .filter(({ data }) => data !== '')
    .map(({ data }) => parse(data));
  const message = assembleMessage(events);
  checkTold(message['usage']);
  checkAgreement(message, events);
}

/** The stream and the whole message say the same in chat. */
function checkAgreement(message: Json, events: readonly Json[]): void {
  const stream = new MessageToChatStream({ ...options, includeUsage: true });
  const chunks = events.flatMap((event) => stream.push(asEvent(event)));
  expect(stream.finished).toBe(true);
  expect(stream.usage).toEqual(usageOfMessage(message['usage']));
  const whole = summarizeChat(messageToChat(message, options));
  expect(assembleChat(chunks)).toEqual(whole);
  const finishes = chunks.filter((chunk) => JSON.stringify(chunk).includes('"finish_reason":"'));
  expect(finishes).toHaveLength(1);
  expect(chunks.at(-1)?.['choices']).toEqual([]);
}

function checkTold(usage: unknown): void {
  expect(isObject(usage)).toBe(true);
  if (!isObject(usage)) return;
  // The totals leave out what was spent on compacting the context.
  const billed = [usage, ...listOf(usage['iterations']).filter(({ type }) => type === 'compaction')];
  const sum = (...fields: string[]): number =>
    billed
      .flatMap((counts) => fields.map((field) => Number(counts[field] ?? 0)))
      .reduce((left, right) => left + right);
  const prompt = sum('input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens');
  checkUsage(usageOfMessage(usage), { prompt, completion: sum('output_tokens') });
}

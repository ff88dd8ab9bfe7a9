import type { Dialect } from '@tollgate/contracts';
import { NdjsonDecoder, type SseEvent } from '@tollgate/dialects';
import { checkUsage, listOf, parse } from '../checks.js';
import { chatCodec, checkAnswerAgain, checkStreamAgain, meaningOf, requestAgain } from '../codec-checks.js';
import type { Recording } from '../recordings.js';

function decode(bytes: Buffer): SseEvent[] {
  const decoder = new NdjsonDecoder();
  const events = [];
  for (let at = 0; at < bytes.length; at += 7) events.push(...decoder.push(bytes.subarray(at, at + 7)));
  return [...events, ...decoder.flush()].filter(({ data }) => data !== '');
}

export function checkOllamaAnswer(recording: Recording, dialect: Dialect): void {
  const codec = chatCodec(dialect);
  const lines = decode(recording.response);
  const last = parse(lines.at(-1)?.data ?? '{}');
  const { usage } = codec.back.facts(last);
  checkUsage(usage, { prompt: last['prompt_eval_count'] ?? 0, completion: last['eval_count'] });
  if (recording.isStream) expect(checkStreamAgain(codec, lines, decode).decoder.usage).toEqual(usage);
  else checkAnswerAgain(codec, last, decode);
}

/** What only Ollama has: how long the model stays in memory. */
const withoutOwn = ({ keep_alive: _time, ...request }: Record<string, unknown>) => request;

export function checkOllamaRequest(recording: Recording, dialect: Dialect): void {
  const request = withoutOwn(parse(recording.request));
  const again = requestAgain(chatCodec(dialect), request);
  expect(meaningOf({ ...again, messages: null })).toEqual(meaningOf({ ...request, messages: null }));
  expect(listOf(again['messages']).map(portable)).toEqual(listOf(request['messages']).map(portable));
}

/** NOTE calls of older servers have no id, and their results no name: both are given one on the way. */
function portable({
  tool_calls: calls,
  tool_call_id: _id,
  tool_name: _name,
  ...message
}: Record<string, unknown>) {
  return meaningOf({ ...message, tool_calls: listOf(calls).map((call) => call['function']) });
}

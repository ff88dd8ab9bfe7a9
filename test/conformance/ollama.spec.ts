import { NdjsonDecoder, type SseEvent } from '@tollgate/dialects';
import { checkUsage, listOf, parse } from './checks.js';
import {
  chatCodec,
  checkAnswerAgain,
  checkStreamAgain,
  meaningOf,
  requestAgain,
  type ChatCodec,
} from './codec-checks.js';
import { recordingsOf, type Recording } from './recordings.js';
import { describeRecordings } from './suite.js';

const CODECS: Readonly<Record<string, ChatCodec>> = {
  'ollama.chat': chatCodec('ollama-chat'),
  'ollama.generate': chatCodec('ollama-generate'),
};

const recordings = Object.keys(CODECS)
  .flatMap(recordingsOf)
  .filter(({ status }) => status === 200);

const codecFor = ({ api }: Recording): ChatCodec => CODECS[api]!;

function decode(bytes: Buffer): SseEvent[] {
  const decoder = new NdjsonDecoder();
  const events = [];
  for (let at = 0; at < bytes.length; at += 7) events.push(...decoder.push(bytes.subarray(at, at + 7)));
  return [...events, ...decoder.flush()].filter(({ data }) => data !== '');
}

describeRecordings("Ollama's answers as recorded", recordings, (recording) => {
  const codec = codecFor(recording);
  const lines = decode(recording.response);
  const last = parse(lines.at(-1)?.data ?? '{}');
  const { usage } = codec.back.facts(last);
  checkUsage(usage, { prompt: last['prompt_eval_count'] ?? 0, completion: last['eval_count'] });
  if (recording.isStream) expect(checkStreamAgain(codec, lines, decode).decoder.usage).toEqual(usage);
  else checkAnswerAgain(codec, last, decode);
});

/** What only Ollama has: how long the model stays in memory. */
const withoutOwn = ({ keep_alive: _time, ...request }: Record<string, unknown>) => request;

describeRecordings(
  "Ollama's requests as recorded",
  recordings.filter(({ request }) => request.startsWith('{')),
  (recording) => {
    const request = withoutOwn(parse(recording.request));
    const again = requestAgain(codecFor(recording), request);
    expect(meaningOf({ ...again, messages: null })).toEqual(meaningOf({ ...request, messages: null }));
    expect(listOf(again['messages']).map(portable)).toEqual(listOf(request['messages']).map(portable));
  },
);

/** NOTE calls of older servers have no id, and their results no name: both are given one on the way. */
function portable({
  tool_calls: calls,
  tool_call_id: _id,
  tool_name: _name,
  ...message
}: Record<string, unknown>) {
  return meaningOf({ ...message, tool_calls: listOf(calls).map((call) => call['function']) });
}

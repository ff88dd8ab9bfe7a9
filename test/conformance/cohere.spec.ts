import type { Json } from '@tollgate/dialects';
import { checkSplice, checkUsage, decodeStream, isObject, listOf, parse } from './checks.js';
import {
  ANSWER_OPTIONS,
  chatCodec,
  checkAnswerAgain,
  checkStreamAgain,
  failureOf,
  meaningOf,
  requestAgain,
} from './codec-checks.js';
import { recordingsOf, type Recording } from './recordings.js';
import { describeRecordings } from './suite.js';

const codec = chatCodec('cohere-chat');

/** NOTE Writer's chat is OpenAI's, at a path like Cohere's. */
const recordings = recordingsOf('cohere.chat').filter(({ provider }) => provider === 'cohere');
const isOld = ({ url }: Recording): boolean => url.includes('/v1/');

/** NOTE streams of the v1 API are lines of JSON of another form, which is passed on and not translated. */
const answers = recordings.filter(({ response }) => !response.toString().startsWith('{"is_finished"'));

describeRecordings("Cohere's answers as recorded", answers, (recording) => {
  if (recording.status !== 200) checkRefusal(recording);
  else if (recording.isStream) checkStream(recording);
  else checkAnswer(recording);
});

function checkRefusal({ response }: Recording): void {
  const refusal = parse(response);
  expect(typeof refusal['message']).toBe('string');
  expect(failureOf(() => codec.back.toCanonical(refusal, ANSWER_OPTIONS)).code).toBe(
    'upstream_invalid_response',
  );
}

function checkAnswer(recording: Recording): void {
  const answer = parse(recording.response);
  if (!isOld(recording)) checkSplice(recording.response);
  checkTold(answer['usage'] ?? answer['meta'], answer);
  checkCitations(codec.back.toCanonical(answer, ANSWER_OPTIONS), answer);
  checkAnswerAgain(codec, answer, decodeStream);
}

function checkStream({ response }: Recording): void {
  const events = decodeStream(response);
  const { decoder } = checkStreamAgain(codec, events, decodeStream);
  const end = events.map(({ data }) => data).find((data) => data.includes('"message-end"'));
  const { delta } = parse(end ?? '{}');
  const usage = isObject(delta) ? delta['usage'] : undefined;
  expect(decoder.usage).toEqual(codec.back.facts({ usage }).usage);
  checkTold(usage, { usage });
}

/** What is billed, which leaves out Cohere's own templates. */
function checkTold(raw: unknown, answer: Json): void {
  const billed = isObject(raw) && isObject(raw['billed_units']) ? raw['billed_units'] : {};
  checkUsage(codec.back.facts(answer).usage, {
    prompt: billed['input_tokens'],
    completion: billed['output_tokens'],
  });
}

/** Citations are kept whole, and come back where they were. */
function checkCitations(completion: Json, answer: Json): void {
  const told = isObject(answer['message']) ? listOf(answer['message']['citations']) : [];
  const again = codec.front.fromCanonical(completion, ANSWER_OPTIONS)['message'] as Json;
  if (told.length > 0) expect(again['citations']).toEqual(told);
}

const requests = recordings.filter(
  (recording) => recording.status === 200 && recording.request.startsWith('{') && !isOld(recording),
);

describeRecordings("Cohere's requests as recorded", requests, (recording) => {
  const request = parse(recording.request);
  checkSplice(recording.request);
  const again = requestAgain(codec, request);
  expect(meaningOf({ ...again, messages: null })).toEqual(meaningOf({ ...request, messages: null }));
  expect(listOf(again['messages']).map(meaningOf)).toEqual(listOf(request['messages']).map(meaningOf));
});

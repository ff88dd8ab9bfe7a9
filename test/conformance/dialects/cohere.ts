import type { Json } from '@tollgate/dialects';
import { checkSplice, checkUsage, decodeStream, isObject, listOf, parse } from '../checks.js';
import {
  ANSWER_OPTIONS,
  chatCodec,
  checkAnswerAgain,
  checkStreamAgain,
  meaningOf,
  requestAgain,
} from '../codec-checks.js';
import type { Recording } from '../recordings.js';

const codec = chatCodec('cohere-chat');

const isOld = ({ url }: Recording): boolean => url.includes('/v1/');

export function checkCohereAnswer(recording: Recording): void {
  if (recording.isStream) checkStream(recording);
  else checkAnswer(recording);
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

export function checkCohereRequest(recording: Recording): string | null {
  if (isOld(recording)) return "requests of Cohere's first version are passed on alone";
  const request = parse(recording.request);
  checkSplice(recording.request);
  const again = requestAgain(codec, request);
  expect(meaningOf({ ...again, messages: null })).toEqual(meaningOf({ ...request, messages: null }));
  expect(listOf(again['messages']).map(meaningOf)).toEqual(listOf(request['messages']).map(meaningOf));
  return null;
}

import { GatewayError } from '@tollgate/contracts';
import { codecOf, type AnswerOptions, type Back, type Front, type Json } from '@tollgate/dialects';
import { assembleChat } from '../assemble.js';
import { checkSplice, checkUsage, decodeStream, isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';

const { front, back } = codecOf('openai-completions') as { front: Required<Front>; back: Required<Back> };
const options: AnswerOptions = { model: 'any', created: 1, includeUsage: true, request: {} };

export function checkCompletion(recording: Recording): void {
  if (recording.isStream) checkStream(recording);
  else checkAnswer(parse(recording.response));
}

/** There and back a request asks for the same, or it is refused by the field's name. */
export function checkCompletionRequest(recording: Recording): string | null {
  const request = parse(recording.request);
  checkSplice(recording.request);
  const { prompt, model } = request;
  const own = { model: String(model), stream: recording.isStream, dropParams: false, defaultMaxTokens: 1 };
  try {
    const { body } = back.fromCanonical(front.toCanonical(request, own), own);
    const expected = { ...request, prompt: Array.isArray(prompt) ? (prompt as unknown[])[0] : prompt };
    expect(body).toEqual(Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== null)));
    return null;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error.code).toBe('unsupported_parameter');
    expect(error.message).toMatch(/'(?:prompt|suffix|echo|best_of)'/);
    return 'what a chat has no place for is refused by its name';
  }
}

function checkAnswer(answer: Json): void {
  checkTold(answer['usage']);
  const again = front.fromCanonical(back.toCanonical(answer, options), options);
  expect(textsOf(again)).toEqual(textsOf(answer));
}

function checkStream({ response }: Recording): void {
  const events = decodeStream(response);
  const payloads = events
    .filter(({ data }) => data !== '' && data !== '[DONE]')
    .map(({ data }) => parse(data));
  const decoder = back.stream(options);
  const chunks = events.flatMap((event) => decoder.push(event));
  expect([decoder.finished, decoder.done]).toEqual([true, true]);
  const usage = payloads.findLast((payload) => isObject(payload['usage']))?.['usage'];
  checkTold(usage);
  expect(decoder.usage === null).toBe(usage === undefined);
  const text = payloads
    .flatMap(textsOf)
    .map(([said]) => said)
    .join('');
  expect(assembleChat(chunks)['content']).toBe(text);
  const encoder = front.stream(options);
  const written = [...chunks.map((chunk) => encoder.push(chunk)), encoder.end()].filter(
    (part) => part !== null,
  );
  const again = decodeStream(Buffer.concat(written)).filter(({ data }) => data !== '[DONE]');
  expect(
    again
      .flatMap(({ data }) => textsOf(parse(data)))
      .map(([said]) => said)
      .join(''),
  ).toBe(text);
}

/** Text, place and, where it is told, reason of each choice. */
const textsOf = (answer: Json): unknown[][] =>
  listOf(answer['choices']).map(({ text, index = 0, finish_reason: finish = 'stop' }) => [
    text,
    index,
    finish,
  ]);

function checkTold(usage: unknown): void {
  if (!isObject(usage)) return;
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage;
  checkUsage(back.facts({ usage }).usage, { prompt, completion, total });
}

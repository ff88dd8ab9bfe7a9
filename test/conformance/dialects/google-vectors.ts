import { completionTokens, promptTokens, type Dialect } from '@tollgate/contracts';
import { codecOf, type AnswerOptions, type Back, type Front, type Json } from '@tollgate/dialects';
import { isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';

const OPTIONS: AnswerOptions = { model: 'seen', created: 1, includeUsage: true, request: {} };

/** Of embeddings and of counts. */
export function checkGoogleAnswer({ response }: Recording, dialect: Dialect): void {
  checkAnswer(codecOf(dialect)!.back!, parse(response));
}

export function checkGoogleRequest(recording: Recording, dialect: Dialect): void {
  const { front, back } = codecOf(dialect) as { front?: Front; back: Back };
  const request = parse(recording.request);
  const options = { ...{ stream: false, dropParams: false, defaultMaxTokens: 1 }, model: modelOf(recording) };
  // NOTE Vertex's endpoints have no callers of their own; its counts are spelled as Gemini's.
  const caller = front ?? codecOf('gemini-count-tokens')?.front;
  if (caller === undefined || dialect === 'vertex-predict') return;
  const { body } = back.fromCanonical(caller.toCanonical(request, options), options);
  expect(meaningOf(body)).toEqual(meaningOf(request));
}

const modelOf = ({ url }: Recording): string => /models\/([^:/?]+)/.exec(url)?.[1] ?? 'm';

function checkAnswer(back: Back, answer: Json): void {
  const canonical = back.toCanonical(answer, OPTIONS);
  const { usage } = back.facts(answer);
  if (answer['totalTokens'] !== undefined) {
    expect(canonical).toEqual({ input_tokens: answer['totalTokens'] });
    return;
  }
  const vectors = listOf(canonical['data']).map(({ embedding }) => embedding);
  const told = [answer['embeddings'], answer['embedding'], answer['predictions']].flat().filter(isObject);
  expect(vectors).toEqual(told.map(({ values, embeddings }) => values ?? (embeddings as Json)['values']));
  if (usage !== null) expect(promptTokens(usage)).toBeGreaterThan(0);
  if (usage !== null) expect(completionTokens(usage)).toBe(0);
}

/** What is asked, whichever way it is spelled; what an answer is made with is not counted. */
function meaningOf(request: Json): Json {
  const { generationConfig: _bounds, generateContentRequest: whole, model: _model, ...rest } = request;
  if (isObject(whole)) return meaningOf(whole);
  return JSON.parse(
    JSON.stringify(rest, (name, value: unknown) => (name === 'role' || name === 'model' ? undefined : value)),
  ) as Json;
}

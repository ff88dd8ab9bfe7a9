import type { Dialect } from '@tollgate/contracts';
import { codecOf, type Json } from '@tollgate/dialects';
import { isObject, listOf, parse } from '../checks.js';
import { ANSWER_OPTIONS, meaningOf, requestAgain, type ChatCodec } from '../codec-checks.js';
import type { Recording } from '../recordings.js';

export function checkRerank(recording: Recording, dialect: Dialect): void {
  const { back } = codecOf(dialect)!;
  const answer = parse(recording.response);
  const canonical = back!.toCanonical(answer, ANSWER_OPTIONS);
  const told = listOf(answer['results'] ?? answer['data']);
  expect(told.length).toBeGreaterThan(0);
  expect(listOf(canonical['results']).map(({ index, relevance_score: score }) => [index, score])).toEqual(
    told.map(({ index, relevance_score: score }) => [index, score]),
  );
  const { usage } = back!.facts(answer);
  const { total_tokens: tokens, search_units: units } = (answer['usage'] ?? {}) as Json;
  const meta = isObject(answer['meta']) ? (answer['meta']['billed_units'] as Json) : {};
  expect(usage).toMatchObject({
    input: tokens ?? 0,
    searches: units ?? meta['search_units'] ?? 0,
    output: 0,
  });
}

/** Cohere's are the canonical ones; Voyage's come of them. */
export function checkRerankRequest(recording: Recording, dialect: Dialect): void {
  const request = parse(recording.request);
  const { front } = codecOf('cohere-rerank')!;
  const { top_k: topK, ...rest } = request;
  const canonical = topK === undefined ? rest : { ...rest, top_n: topK };
  const codec = { front, back: codecOf(dialect)!.back } as unknown as ChatCodec;
  expect(meaningOf(requestAgain(codec, canonical))).toEqual(meaningOf(request));
}

import { codecOf, type Codec, type Json } from '@tollgate/dialects';
import { isObject, listOf, parse } from './checks.js';
import { ANSWER_OPTIONS, meaningOf, requestAgain, type ChatCodec } from './codec-checks.js';
import { recordingsOf, type Recording } from './recordings.js';
import { describeRecordings } from './suite.js';

/** NOTE Bedrock's reranking, an API of its own, is not among these. */
const recordings = recordingsOf('rerank').filter(({ provider }) => provider !== 'bedrock');

const codecFor = ({ provider }: Recording): Codec =>
  codecOf(provider === 'voyage' ? 'voyage-rerank' : 'cohere-rerank')!;

describeRecordings('reranking as recorded', recordings, (recording) => {
  const { back } = codecFor(recording);
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
});

const requests = recordings.filter(({ request }) => request.startsWith('{'));

/** Cohere's are the canonical ones; Voyage's come of them. */
describeRecordings('requests for reranking as recorded', requests, (recording) => {
  const request = parse(recording.request);
  const { front } = codecOf('cohere-rerank')!;
  const { top_k: topK, ...rest } = request;
  const canonical = topK === undefined ? rest : { ...rest, top_n: topK };
  const codec = { front, back: codecFor(recording).back } as unknown as ChatCodec;
  expect(meaningOf(requestAgain(codec, canonical))).toEqual(meaningOf(request));
});

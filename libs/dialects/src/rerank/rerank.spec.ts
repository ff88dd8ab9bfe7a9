import { GatewayError } from '@tollgate/contracts';
import type { Codec } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { ANSWER_OPTIONS, fuzzCodec } from '../testing/fuzz-codec.js';
import { cohereRerank } from './cohere-rerank.js';
import { jinaRerank } from './jina-rerank.js';
import { voyageRerank } from './voyage-rerank.js';

const options = { model: 'own', stream: false, dropParams: false, defaultMaxTokens: 1 };
const request = { model: 'x', query: 'q', documents: ['a', { text: 'b', more: 1 }], top_n: 1 };
const results = [{ index: 1, relevance_score: 0.9 }];
const units = { meta: { billed_units: { search_units: 1 } } };

const asked = (codec: Codec, fields: Json = {}): Json =>
  codec.back!.fromCanonical({ ...request, ...fields }, options).body;
const given = (codec: Codec, answer: Json, fields: Json = {}): Json =>
  codec.front!.fromCanonical(answer, { ...ANSWER_OPTIONS, request: { ...request, ...fields } });

describe('a request for reranking', () => {
  it("is put in Jina's and Voyage's words, its documents as texts", () => {
    const shared = { model: 'own', query: 'q', documents: ['a', 'b'] };
    expect(asked(jinaRerank)).toEqual({ ...shared, top_n: 1, return_documents: false });
    expect(asked(voyageRerank, { return_documents: true })).toEqual({
      ...shared,
      ...{ top_k: 1, return_documents: true },
    });
  });

  it('ranks by the fields that are named', () => {
    const documents = [{ title: 'T', text: 'b', rank: 1 }, { other: true }];
    expect(asked(jinaRerank, { documents, rank_fields: ['title', 'rank'] })['documents']).toEqual([
      'title: T\nrank: 1',
      'title: null\nrank: null',
    ]);
    expect(asked(jinaRerank, { documents })['documents']).toEqual(['b', '{"other":true}']);
  });

  it.each(['max_chunks_per_doc', 'max_tokens_per_doc'])('refuses %s, which Cohere alone has', (field) => {
    expect(() => asked(voyageRerank, { [field]: 3 })).toThrow(GatewayError);
    expect(() => asked(voyageRerank, { [field]: 3 })).toThrow(`'${field}'`);
  });
});

describe('an answer of reranking', () => {
  it("of Jina and Voyage is in Cohere's words, with tokens for units", () => {
    const meta = { billed_units: { total_tokens: 43 }, tokens: { input_tokens: 43, output_tokens: 0 } };
    const usage = { total_tokens: 43 };
    expect(
      voyageRerank.back!.toCanonical({ data: [{ ...results[0], document: 'b' }], usage }, ANSWER_OPTIONS),
    ).toEqual({
      results: [{ ...results[0], document: { text: 'b' } }],
      meta,
    });
    expect(jinaRerank.back!.toCanonical({ results, usage }, ANSWER_OPTIONS)).toEqual({ results, meta });
    expect(jinaRerank.back!.facts({ results, usage }).usage).toMatchObject({ input: 43, searches: 0 });
  });

  it('is billed by units of searching, wherever they are told', () => {
    for (const answer of [units, { usage: { search_units: 1, cost: 0.1 } }])
      expect(cohereRerank.back!.facts({ results, ...answer }).usage).toMatchObject({ searches: 1, input: 0 });
    expect(cohereRerank.back!.facts({ results }).usage).toBeNull();
  });

  it('has the documents where the caller wants them', () => {
    const answer = { results, ...units };
    expect(given(cohereRerank, answer)).toEqual(answer);
    expect(given(cohereRerank, answer, { return_documents: true })['results']).toEqual([
      { ...results[0], document: request.documents[1] },
    ]);
    const told = jinaRerank.back!.toCanonical({ results, usage: { total_tokens: 43 } }, ANSWER_OPTIONS);
    const jina = given(jinaRerank, told);
    expect(jina).toMatchObject({
      model: 'seen',
      results: [{ document: { text: 'b' } }],
      usage: { total_tokens: 43 },
    });
    expect(given(jinaRerank, answer, { return_documents: false })['results']).toEqual(results);
  });
});

it("Jina's callers get their documents unless they say otherwise", () => {
  expect(jinaRerank.front!.toCanonical(request, options)['return_documents']).toBe(true);
  const without = { ...request, return_documents: false };
  expect(jinaRerank.front!.toCanonical(without, options)['return_documents']).toBe(false);
});

it.each([cohereRerank, jinaRerank, voyageRerank])(
  'nothing but a GatewayError comes of spoilt bodies: $dialect',
  (codec) => {
    fuzzCodec(codec, {
      requests: [request],
      canonicalRequests: [{ ...request, rank_fields: ['text'] }],
      answers: [{ results, data: results, ...units, usage: { total_tokens: 3 } }],
      canonicalAnswers: [{ results, ...units }],
      events: [],
      canonicalChunks: [],
    });
  },
);

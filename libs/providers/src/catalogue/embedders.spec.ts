import type { Dialect, Usage } from '@tollgate/contracts';
import { mockedCall } from '../_mocked-call.js';

type Json = Record<string, unknown>;

interface Seen {
  /** What the provider got. */
  readonly sent: Json;
  /** What the caller got. */
  readonly data: Json;
  readonly usage: Usage | null;
}

/** A call whose provider answers so at this path. */
async function call(
  name: string,
  dialect: Dialect,
  request: Json,
  at: { path: string; answer: Json },
): Promise<Seen> {
  const body = Buffer.from(JSON.stringify({ model: 'seen', ...request }));
  const { path, headers, sent, data, usage } = await mockedCall(name, dialect, { body }, at.answer);
  expect([path, headers['authorization']]).toEqual([at.path, 'Bearer sk-test']);
  return { sent: JSON.parse(sent.toString()) as Json, data: JSON.parse(data.toString()) as Json, usage };
}

const vectors = [[0.5, -1.25]];
const list = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: vectors[0] }],
  model: 'own',
};
const results = [{ index: 1, relevance_score: 0.9 }];

describe("OpenAI's embeddings", () => {
  const request = { input: 'a', encoding_format: 'base64', dimensions: 8 };

  it.each<[string, string, Json, Json, number]>([
    [
      'cohere',
      '/v2/embed',
      {
        model: 'own',
        texts: ['a'],
        input_type: 'search_document',
        embedding_types: ['float'],
        output_dimension: 8,
      },
      { id: 'e', embeddings: { float: vectors }, meta: { billed_units: { input_tokens: 3 } } },
      3,
    ],
    [
      'voyage',
      '/v1/embeddings',
      { model: 'own', input: ['a'], output_dimension: 8, encoding_format: 'base64' },
      { ...list, usage: { total_tokens: 3 } },
      3,
    ],
    [
      'jina_ai',
      '/v1/embeddings',
      { model: 'own', input: ['a'], dimensions: 8, embedding_type: 'base64' },
      { ...list, usage: { total_tokens: 3, prompt_tokens: 3 } },
      3,
    ],
    [
      'ollama_chat',
      '/v1/embeddings',
      { model: 'own', ...request },
      { ...list, usage: { prompt_tokens: 3, total_tokens: 3 } },
      3,
    ],
  ])('of %s', async (name, path, sent, answer, tokens) => {
    const seen = await call(name, 'openai-embeddings', request, { path, answer });
    expect(seen.sent).toEqual(sent);
    expect(seen.usage).toMatchObject({ input: tokens, output: 0 });
    expect(seen.data).toMatchObject({ object: 'list', model: 'seen', data: [{ embedding: 'AAAAPwAAoL8=' }] });
  });
});

describe("Cohere's reranking", () => {
  const request = { query: 'q', documents: ['a', 'b'], top_n: 1, return_documents: true };

  it.each<[string, Json, Json]>([
    ['voyage', { top_k: 1 }, { object: 'list', data: results, usage: { total_tokens: 43 } }],
    ['jina_ai', { top_n: 1 }, { results, usage: { total_tokens: 43 } }],
  ])('of %s', async (name, own, answer) => {
    const seen = await call(name, 'cohere-rerank', request, { path: '/v1/rerank', answer });
    expect(seen.sent).toEqual({
      model: 'own',
      query: 'q',
      documents: ['a', 'b'],
      return_documents: true,
      ...own,
    });
    expect(seen.data).toMatchObject({ results: [{ ...results[0], document: { text: 'b' } }] });
    expect(seen.usage).toMatchObject({ input: 43 });
  });

  it('of Cohere passes through, and is billed by its units', async () => {
    const answer = { id: 'r', results, meta: { billed_units: { search_units: 1 } } };
    const seen = await call('cohere', 'cohere-rerank', request, { path: '/v2/rerank', answer });
    expect(seen.sent).toEqual({ ...request, model: 'own' });
    expect(seen.data).toEqual(answer);
    expect(seen.usage).toMatchObject({ searches: 1 });
  });
});

it("Mistral's moderations get a verdict", async () => {
  const answer = {
    id: 'm',
    results: [{ categories: { law: true } }],
    usage: { prompt_tokens: 3, total_tokens: 9 },
  };
  const at = { path: '/v1/moderations', answer };
  const seen = await call('mistral', 'openai-moderations', { input: 'x' }, at);
  expect(seen).toMatchObject({
    sent: { model: 'own', input: 'x' },
    data: { results: [{ flagged: true }] },
    usage: { input: 9 },
  });
});

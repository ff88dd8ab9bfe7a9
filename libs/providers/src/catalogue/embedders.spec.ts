import type { Clocks, Dialect, Usage } from '@tollgate/contracts';
import { MockAgent } from 'undici';
import { Attempt } from '../attempt.js';
import { connectionTo } from '../connection.js';
import { Transport } from '../kit/transport.js';
import { findProvider } from '../manifest.js';

type Json = Record<string, unknown>;

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };

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
  const agent = new MockAgent();
  agent.disableNetConnect();
  const provider = findProvider(name)!;
  let sent: Json = {};
  agent
    .get(new URL(provider.defaultBase!).origin)
    .intercept({ path: at.path, method: 'POST', headers: { authorization: 'Bearer sk-test' } })
    .reply(
      200,
      ({ body }) => {
        sent = JSON.parse(body as string) as Json;
        return at.answer;
      },
      { headers: { 'content-type': 'application/json' } },
    );
  const settings = { apiKey: 'sk-test', apiBase: null, apiVersion: null, organization: null, more: {} };
  const attempt = new Attempt(
    new Transport({ dispatchers: new Map([[name, agent]]) }),
    connectionTo(provider, settings),
    {
      ...{ attemptId: 'call:1', dialect, model: 'seen', upstreamModel: 'own', stream: false },
      ...{ includeUsage: false, headers: {}, options: OPTIONS },
      body: Buffer.from(JSON.stringify({ model: 'seen', ...request })),
    },
  );
  const { data } = await attempt.open({ clocks: CLOCKS, signal: new AbortController().signal });
  await agent.close();
  return {
    sent,
    data: JSON.parse(Buffer.from(data ?? []).toString()) as Json,
    usage: attempt.progress.usage,
  };
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

import { cacheConfig, type CacheSubject } from './cache.suite.js';
import { MASTER_KEY, eventually, json } from './_seed.js';

/** As in the exact cache's config, with vectors of the embedder. */
export const semanticConfig = (subject: Omit<CacheSubject, 'urls'>): string =>
  cacheConfig(subject).replace(
    'type: redis,',
    `type: redis-semantic, similarity_threshold: 0.8, verify_semantic_hits: true,
    redis_semantic_cache_embedding_model: vectors,`,
  );

interface SpendRow {
  readonly model_group: string;
  readonly spend: number;
  readonly cache_hit: string;
}

/** What a user finds in the semantic cache, in either mode. */
export function describeSemanticCache(subject: () => CacheSubject): void {
  const post = (path: string, body: object, key = MASTER_KEY, place = 0): Promise<Response> =>
    fetch(`${subject().urls.at(place % subject().urls.length) ?? ''}${path}`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  const ask = async (content: string, key: string, place: number, extra: object = {}): Promise<Response> => {
    const messages = [{ role: 'user', content }];
    const response = await post('/v1/chat/completions', { model: 'chat', messages, ...extra }, key, place);
    expect(await response.text()).toMatch(/\S/);
    return response;
  };
  const newKey = async (): Promise<{ key: string; token: string }> =>
    (await (await post('/key/generate', { models: ['chat'] })).json()) as { key: string; token: string };
  const outcomesOf = async (key: string, ...asked: (readonly [string, object?])[]): Promise<unknown[]> => {
    const outcomes: unknown[] = [];
    for (const [place, [content, extra]] of asked.entries())
      outcomes.push((await ask(content, key, place, extra)).headers.get('x-tollgate-cache'));
    return outcomes;
  };

  it('answers what was asked in other words, on every replica, in either form, for the price of a vector', async () => {
    const { key, token } = await newKey();
    await ask('What is the capital of France?', key, 0);
    const { headers } = await ask('The capital of France is what?', key, 1, { stream: true });
    expect([headers.get('x-tollgate-cache'), headers.get('x-litellm-semantic-similarity')]).toEqual([
      ...['hit', '1.0000'],
    ]);
    const rows = await eventually(
      async () => {
        const logs = await fetch(`${subject().urls[0] ?? ''}/spend/logs?summarize=false&api_key=${token}`, {
          headers: { authorization: `Bearer ${MASTER_KEY}` },
        });
        return (await logs.json()) as SpendRow[];
      },
      (found) => found.length >= 4,
    );
    const told = rows.map(({ model_group, spend, cache_hit }) => [model_group, spend > 0, cache_hit]);
    expect(told.sort()).toEqual([
      ['chat', false, 'True'],
      ['chat', true, 'False'],
      ['vectors', true, 'False'],
      ['vectors', true, 'False'],
    ]);
  });

  it('takes neither another name nor another tenant for the same', async () => {
    const [{ key }, { key: stranger }] = [await newKey(), await newKey()];
    expect(
      await outcomesOf(key, ['What is the capital of France?'], ['What is the capital of Spain?']),
    ).toEqual(['miss', 'miss']);
    expect(await outcomesOf(stranger, ['The capital of France is what?'])).toEqual(['miss']);
    expect(
      await outcomesOf(
        key,
        ['The capital of Spain is what?', { temperature: 0 }],
        ['The capital of Spain is what?'],
      ),
    ).toEqual(['miss', 'hit']);
  });
}

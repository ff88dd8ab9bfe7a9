import Anthropic from '@anthropic-ai/sdk';
import type { FaultLab } from '@tollgate/testing';
import OpenAI from 'openai';
import type { Embedder } from './_embedder.js';
import { MASTER_KEY, eventually, json } from './_seed.js';

/** Gateways that share what is cached, in front of the lab. */
export interface CacheSubject {
  readonly lab: FaultLab;
  readonly embedder: Embedder;
  readonly urls: readonly string[];
}

export const cacheConfig = ({ lab, embedder }: Omit<CacheSubject, 'urls'>): string => `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o-mini, api_base: ${lab.url}/v1, api_key: sk-lab }
  - model_name: claude
    litellm_params: { model: anthropic/claude-3-5-sonnet-latest, api_base: ${lab.url}, api_key: sk-lab }
  - model_name: vectors
    litellm_params: { model: openai/text-embedding-3-small, api_base: ${embedder.url}, api_key: sk-lab }
litellm_settings:
  cache: true
  cache_params: { type: redis, ttl: 600, namespace: e2e }
`;

interface SpendRow {
  readonly cache_hit: string;
  readonly spend: number;
  readonly total_tokens: number;
}

/** What a user finds in the response cache, in either mode. */
export function describeCache(subject: () => CacheSubject) {
  const urlOf = (place = 0): string => subject().urls.at(place % subject().urls.length) ?? '';
  const post = (path: string, body: object, key = MASTER_KEY, place = 0): Promise<Response> =>
    fetch(`${urlOf(place)}${path}`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  const read = async <Value>(path: string): Promise<Value> =>
    (await (
      await fetch(`${urlOf()}${path}`, { headers: { authorization: `Bearer ${MASTER_KEY}` } })
    ).json()) as Value;
  const chat = (content: string, extra: object = {}, key?: string, place?: number): Promise<Response> =>
    post(
      '/v1/chat/completions',
      { model: 'chat', messages: [{ role: 'user', content }], ...extra },
      key,
      place,
    );
  const outcomeOf = async (response: Promise<Response>): Promise<string | null> => {
    const { headers, text } = await response.then(async (answer) => ({
      headers: answer.headers,
      text: await answer.text(),
    }));
    expect(text).toMatch(/\S/);
    return headers.get('x-tollgate-cache');
  };
  const newKey = async (wishes: object = {}): Promise<string> =>
    ((await (await post('/key/generate', wishes)).json()) as { key: string }).key;

  beforeEach(async () => {
    subject().lab.reset();
    expect((await post('/cache/flushall', {})).status).toBe(200);
  });

  describe('the response cache', () => {
    it('answers again, on every replica, for nothing', async () => {
      const first = await chat('Say hello');
      const text = await first.text();
      const again = await chat('Say hello', {}, MASTER_KEY, 1);
      expect([await again.text(), again.headers.get('x-tollgate-cache')]).toEqual([text, 'hit']);
      expect(again.headers.get('x-litellm-response-cost')).toBe('0');
      expect(subject().lab.stats().finished).toBe(1);
      const id = again.headers.get('x-tollgate-call-id') ?? '';
      const [row] = await eventually(
        () => read<SpendRow[]>(`/spend/logs?request_id=${id}`),
        (rows) => rows.length > 0,
      );
      expect(row).toMatchObject({ cache_hit: 'True', spend: 0 });
      expect(row?.total_tokens).toBeGreaterThan(0);
      const day = new Date().toISOString().slice(0, 10);
      const hits = await read<{ model: string; cache_hit_true_rows: number }[]>(
        `/global/activity/cache_hits?start_date=${day}&end_date=${day}`,
      );
      expect(hits.find(({ model }) => model === 'chat')?.cache_hit_true_rows).toBeGreaterThan(0);
    });

    it("is nobody's but its tenant's", async () => {
      const [one, other] = [await newKey(), await newKey()];
      const asked = [one, other, one].map((key) => () => outcomeOf(chat('Who am I?', {}, key)));
      const outcomes: (string | null)[] = [];
      for (const ask of asked) outcomes.push(await ask());
      expect(outcomes).toEqual(['miss', 'miss', 'hit']);
    });

    it('leaves the budget of a key as it is', async () => {
      const key = await newKey({ max_budget: 1 });
      const spend = async (): Promise<number> =>
        (await read<{ info: { spend: number } }>(`/key/info?key=${key}`)).info.spend;
      await (await chat('How much?', {}, key)).text();
      const once = await eventually(spend, (value) => value > 0);
      const again = await chat('How much?', {}, key);
      expect([again.headers.get('x-tollgate-cache'), await again.text()]).toMatchObject(['hit', /\S/]);
      await eventually(
        () => read<SpendRow[]>(`/spend/logs?request_id=${again.headers.get('x-tollgate-call-id') ?? ''}`),
        (rows) => rows.length === 1,
      );
      expect(await spend()).toBe(once);
    });

    it('gives streams and whole answers to the clients of each dialect', async () => {
      const openai = new OpenAI({ baseURL: `${urlOf()}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });
      const anthropic = new Anthropic({ baseURL: urlOf(1), apiKey: MASTER_KEY, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'Say hello to the gate' }];
      const asked = { model: 'claude', max_tokens: 100, messages };
      const streamed = await anthropic.messages.stream(asked).finalMessage();
      expect(await anthropic.messages.stream(asked).finalMessage()).toEqual(streamed);
      expect((await anthropic.messages.create(asked)).content).toEqual(streamed.content);
      const whole = await openai.chat.completions.create({ model: 'claude', messages });
      const stream = openai.chat.completions.stream({ model: 'claude', messages });
      expect(await stream.finalContent()).toBe(whole.choices[0]?.message.content);
      const response = await openai.responses.create({ model: 'claude', input: 'Say hello' });
      expect((await openai.responses.create({ model: 'claude', input: 'Say hello' })).id).toBe(response.id);
      const vectors = await openai.embeddings.create({ model: 'vectors', input: 'hello' });
      expect(await openai.embeddings.create({ model: 'vectors', input: 'hello' })).toEqual(vectors);
      expect(subject().lab.stats().finished).toBe(3);
    });

    it.each([
      ['/v1beta/models/claude:generateContent', { contents: [{ parts: [{ text: 'Say hello' }] }] }],
      [
        '/v1beta/models/claude:streamGenerateContent?alt=sse',
        { contents: [{ parts: [{ text: 'Say hello' }] }] },
      ],
      ['/v1/completions', { model: 'claude', prompt: 'Say hello' }],
      ['/v2/chat', { model: 'claude', messages: [{ role: 'user', content: 'Say hello' }] }],
      ['/api/chat', { model: 'claude', messages: [{ role: 'user', content: 'Say hello' }] }],
      ['/api/generate', { model: 'claude', prompt: 'Say hello', stream: false }],
    ])('answers %s byte for byte', async (path, body) => {
      const first = await post(path, body);
      // A stream is kept when it has ended.
      const text = await first.text();
      const again = await post(path, body, MASTER_KEY, 1);
      expect([first.status, text]).toEqual([200, expect.stringMatching(/\S/)]);
      expect([await again.text(), again.headers.get('x-tollgate-cache')]).toEqual([text, 'hit']);
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    });

    it('keeps no stream that broke off, and no error', async () => {
      const content = 'Break off';
      subject().lab.script('gpt-4o-mini', [{ truncatedChunkAt: 2 }, { status: 400 }, {}]);
      expect(await (await chat(content, { stream: true, num_retries: 0 })).text()).toMatch(/error/);
      expect((await chat(content, { num_retries: 0 })).status).toBe(400);
      expect(await outcomeOf(chat(content))).toBe('miss');
      expect(await outcomeOf(chat(content))).toBe('hit');
    });

    it('is flushed by namespace, and key by key', async () => {
      const green = { cache: { namespace: 'green' } };
      const first = await chat('Flush me');
      await first.text();
      await (await chat('Flush me', green)).text();
      await post('/cache/flushall', { namespace: 'green' });
      expect([await outcomeOf(chat('Flush me')), await outcomeOf(chat('Flush me', green))]).toEqual([
        ...['hit', 'miss'],
      ]);
      await post('/cache/delete', { keys: [first.headers.get('x-litellm-cache-key')] });
      expect(await outcomeOf(chat('Flush me'))).toBe('miss');
    });
  });

  return { chat, outcomeOf, read };
}

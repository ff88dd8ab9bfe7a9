import { NO_LIMITS, findKey } from '@tollgate/contracts';
import type { ResponseFrame } from '@tollgate/bus';
import { VIRTUAL_KEY, foundKey, jsonAnswer, startIngress, type Harness } from '../../_harness.js';
import { CACHE } from '../_cache.js';

const VECTORS: Readonly<Record<string, readonly number[]>> = {
  'What is the capital of France?': [1, 0.02, 0],
  'The capital of France, what is it?': [1, 0, 0],
  'What is the capital of Spain?': [1, 0, 0.02],
  'How do I bake bread?': [0, 1, 0],
};
const ANSWER = JSON.stringify({
  ...{ id: 'c', object: 'chat.completion', created: 1, model: 'chat-default' },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Paris.' }, finish_reason: 'stop' }],
});

let ingress: Harness;
let isAway: boolean;

async function start(isVerified = false): Promise<void> {
  isAway = false;
  const semantic = { model: 'vectors', threshold: 0.95, isVerified };
  ingress = await startIngress({ cache: { ...CACHE, semantic } });
  ingress.bus.frames = () => {
    const asked = ingress.bus.calls.at(-1);
    if (asked?.header.dialect !== 'openai-embeddings') return jsonAnswer(ANSWER);
    const { input } = JSON.parse(asked.body) as { input: string };
    return isAway ? broken() : jsonAnswer(JSON.stringify({ data: [{ embedding: VECTORS[input] }] }));
  };
}
afterEach(() => ingress.close());

async function* broken(): AsyncGenerator<ResponseFrame> {
  throw new Error('away');
}

async function ask(content: string, extra: object = {}, key?: string): Promise<Response> {
  const messages = [{ role: 'user', content }];
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await ingress.post(
    '/v1/chat/completions',
    { model: 'chat-default', messages, ...extra },
    headers,
  );
  await response.text();
  return response;
}

const outcomeOf = async (response: Promise<Response>): Promise<string | null> =>
  (await response).headers.get('x-tollgate-cache');

describe('the semantic cache', () => {
  it('answers what was asked in other words, and tells how alike they are', async () => {
    await start();
    const first = await ask('What is the capital of France?');
    const { headers } = await ask('The capital of France, what is it?');
    expect(headers.get('x-tollgate-cache')).toBe('hit');
    expect(headers.get('x-litellm-semantic-similarity')).toBe('0.9998');
    expect(headers.get('x-litellm-cache-key')).toBe(first.headers.get('x-litellm-cache-key'));
    expect(headers.get('x-litellm-response-cost')).toBe('0');
    expect(await outcomeOf(ask('How do I bake bread?'))).toBe('miss');
    expect(ingress.bus.calls.map(({ header }) => header.model)).toEqual([
      ...['vectors', 'chat-default', 'vectors', 'vectors', 'chat-default'],
    ]);
  });

  it('wants all but the question to be the same', async () => {
    await start();
    await ask('What is the capital of France?');
    const other = 'The capital of France, what is it?';
    expect(await outcomeOf(ask(other, { temperature: 0 }))).toBe('miss');
    const system = { role: 'system', content: 'Answer in French' };
    expect(await outcomeOf(ask('', { messages: [system, { role: 'user', content: other }] }))).toBe('miss');
  });

  it("compares nobody's questions but its tenant's, who need not be allowed the model of the vectors", async () => {
    await start();
    ingress.bus.reply(findKey, ({ hash }) => foundKey({ hash, models: ['chat-default'] }));
    const [one, two] = [`${VIRTUAL_KEY}1`, `${VIRTUAL_KEY}2`];
    const other = 'The capital of France, what is it?';
    expect(await outcomeOf(ask('What is the capital of France?', {}, one))).toBe('miss');
    expect([await outcomeOf(ask(other, {}, two)), await outcomeOf(ask(other, {}, one))]).toEqual([
      'miss',
      'hit',
    ]);
    const [vectors] = ingress.bus.calls;
    expect(vectors?.header.principal.keyHash).toBe(ingress.bus.calls[1]?.header.principal.keyHash);
  });

  it('mistakes Spain for France, unless hits are verified', async () => {
    await start();
    await ask('What is the capital of France?');
    expect(await outcomeOf(ask('What is the capital of Spain?'))).toBe('hit');
    await ingress.close();
    await start(true);
    await ask('What is the capital of France?');
    expect(await outcomeOf(ask('What is the capital of Spain?'))).toBe('miss');
    expect(await outcomeOf(ask('The capital of France, what is it?'))).toBe('hit');
  });

  it('is a plain cache where there is no vector', async () => {
    await start();
    isAway = true;
    expect(await outcomeOf(ask('What is the capital of France?'))).toBe('miss');
    expect(await outcomeOf(ask('What is the capital of France?'))).toBe('hit');
    expect(await outcomeOf(ask('The capital of France, what is it?'))).toBe('miss');
  });

  it('forgets with the answers', async () => {
    await start();
    await ask('What is the capital of France?');
    await ingress.post('/cache/flushall', {});
    expect(await outcomeOf(ask('The capital of France, what is it?'))).toBe('miss');
  });

  it('counts one request of its caller, not two', async () => {
    await start();
    ingress.bus.reply(findKey, ({ hash }) =>
      foundKey({ hash, limits: { ...NO_LIMITS, requestsPerMinute: 5 } }),
    );
    await ask('What is the capital of France?', {}, VIRTUAL_KEY);
    expect(ingress.state.admitted.filter(({ scopes }) => scopes.length > 0)).toHaveLength(1);
  });
});

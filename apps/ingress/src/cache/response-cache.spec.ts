import { jest } from '@jest/globals';
import { findKey, usageRecorded } from '@tollgate/contracts';
import { bareDeployment, type CacheSettings } from '@tollgate/config';
import {
  CHAT,
  END,
  HEAD,
  SSE_HEAD,
  VIRTUAL_KEY,
  data,
  errorOf,
  foundKey,
  jsonAnswer,
  sseAnswer,
  startIngress,
  type Harness,
  type ConfigChanges,
} from '../_harness.js';
import { CACHE } from './_cache.js';

const ANSWER = {
  ...{ id: 'chat-1', object: 'chat.completion', created: 1, model: 'chat-default' },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
};
const CHAT_PATH = '/v1/chat/completions';

let ingress: Harness;
const priced = (group: string) => ({
  ...bareDeployment({ id: group, group, provider: 'openai', model: group }),
  prices: { input: 0, output: 1_000 },
});

const start = async (changes: Partial<CacheSettings> = {}, more: ConfigChanges = {}): Promise<void> => {
  const deployments = ['chat-default', 'chat-quality'].map(priced);
  ingress = await startIngress({ cache: { ...CACHE, ...changes } }, { deployments, ...more });
  ingress.bus.frames = () => jsonAnswer(JSON.stringify(ANSWER));
};
afterEach(() => ingress.close());

const ask = (body: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
  ingress.post(CHAT_PATH, { ...CHAT, ...body }, headers);

/** Whether each of these was a hit. */
async function outcomes(...bodies: object[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (const body of bodies) {
    const response = await ask(body);
    await response.text();
    found.push(response.headers.get('x-tollgate-cache'));
  }
  return found;
}

describe('the response cache', () => {
  it('gives an answer again, for nothing, and says so', async () => {
    await start();
    const [first, second] = [await ask(), await ask()];
    const [text, again] = [await first.text(), await second.text()];
    expect(again).toBe(text);
    const headersOf = ({ headers }: Response) =>
      ['x-tollgate-cache', 'x-litellm-response-cost', 'x-tollgate-attempts'].map((name) => headers.get(name));
    expect([headersOf(first), headersOf(second)]).toEqual([
      ['miss', '0.0015', '2'],
      ['hit', '0', '0'],
    ]);
    expect(second.headers.get('x-litellm-cache-key')).toBe(first.headers.get('x-litellm-cache-key'));
    expect(second.headers.get('content-type')).toBe('application/json');
    expect(ingress.bus.calls).toHaveLength(1);
    expect(ingress.bus.recorded).toMatchObject([
      {
        subject: usageRecorded.subject,
        event: {
          ...{ costNanos: 0, cacheHit: true, status: 'complete', provider: 'openai', group: 'chat-default' },
          usage: { input: 10, output: 5 },
        },
      },
    ]);
  });

  it('compares what is asked, not how it is written or who of the tenant asks', async () => {
    await start();
    expect(
      await outcomes(
        {},
        { user: 'ada', metadata: { a: 1 }, tags: ['t'], litellm_session_id: 's', timeout: 9 },
        { temperature: 0 },
        { messages: [{ content: 'Hello', role: 'user' }] },
        { model: 'chat-quality' },
        { cache: { namespace: 'blue' } },
        { cache: { namespace: 'blue' } },
      ),
    ).toEqual(['miss', 'hit', 'miss', 'hit', 'miss', 'miss', 'hit']);
  });

  it('tells calls apart that may go to other deployments', async () => {
    await start({}, { router: { tagFiltering: 'any' } });
    const calls = [
      { tags: ['a'] },
      { tags: ['b'] },
      { tags: ['a'] },
      { tags: ['a'], allowed_model_region: 'eu' },
    ];
    expect(await outcomes(...calls)).toEqual(['miss', 'miss', 'hit', 'miss']);
  });

  it("is nobody's but its tenant's", async () => {
    await start();
    const teams = new Map<string, string | null>();
    ingress.bus.reply(findKey, ({ hash }) => {
      const teamId = teams.get(hash) ?? [null, 'blue', 'blue'][teams.size] ?? null;
      teams.set(hash, teamId);
      return foundKey({ hash, teamId });
    });
    const found: (string | null)[] = [];
    for (const name of ['1', '2', '3', '1']) {
      const response = await ask({}, { authorization: `Bearer ${VIRTUAL_KEY}${name}` });
      await response.text();
      found.push(response.headers.get('x-tollgate-cache'));
    }
    expect(found).toEqual(['miss', 'miss', 'hit', 'hit']);
  });

  it('does what a call asks of it', async () => {
    await start();
    expect(
      await outcomes(
        { cache: { 'no-store': true } },
        {},
        { cache: { 'no-cache': true } },
        { cache: { 's-maxage': 60 } },
        { cache: { 'use-cache': false } },
        { caching: false },
      ),
    ).toEqual(['miss', 'miss', 'miss', 'hit', null, null]);
    const headers = { 'cache-control': 'no-cache' };
    expect((await ask({}, headers)).headers.get('x-tollgate-cache')).toBe('miss');
    for (const [cache, param] of [
      [{ ttl: 'long' }, 'cache.ttl'],
      [{ 'no-cache': 1 }, 'cache.no-cache'],
      [true, 'cache'],
      [{ namespace: '\ud800' }, 'cache.namespace'],
    ] as const)
      expect(await errorOf(await ask({ cache }))).toMatchObject({ status: 400, param });
  });

  it('means by a name what its key means by it', async () => {
    await start();
    const means: Readonly<Record<string, string>> = { 1: 'chat-default', 2: 'chat-quality' };
    const models = new Map<string, string>();
    ingress.bus.reply(findKey, ({ hash }) => {
      const model = models.get(hash) ?? means[models.size + 1] ?? '';
      models.set(hash, model);
      return foundKey({ hash, teamId: 'blue', routing: { aliases: { mine: model } } });
    });
    const found: (string | null)[] = [];
    for (const name of ['1', '2', '1']) {
      const response = await ask({ model: 'mine' }, { authorization: `Bearer ${VIRTUAL_KEY}${name}` });
      await response.text();
      found.push(response.headers.get('x-tollgate-cache'));
    }
    expect(found).toEqual(['miss', 'miss', 'hit']);
  });

  it('waits to be asked where the config says so', async () => {
    await start({ mode: 'default_off' });
    const cache = { 'use-cache': true };
    expect(await outcomes({}, { cache }, {}, { cache })).toEqual([null, 'miss', null, 'hit']);
  });

  it('gives no answer that is older than the caller wants', async () => {
    await start();
    const [first] = await outcomes({});
    const now = Date.now();
    const later = jest.spyOn(Date, 'now').mockReturnValue(now + 5_000);
    const found = await outcomes(
      { cache: { 's-maxage': 4, 'no-store': true } },
      { cache: { 's-maxage': 6 } },
    );
    later.mockRestore();
    expect([first, ...found]).toEqual(['miss', 'miss', 'hit']);
  });

  it('replays a stream to a stream, and tells either in the other form', async () => {
    await start();
    const chunk = (delta: object, finish: string | null) =>
      JSON.stringify({
        ...{ id: 'chat-2', object: 'chat.completion.chunk', created: 1, model: 'chat-default' },
        choices: [{ index: 0, delta, finish_reason: finish }],
      });
    ingress.bus.frames = () => sseAnswer(chunk({ content: 'Hi' }, null), chunk({}, 'stop'), '[DONE]');
    const first = await (await ask({ stream: true })).text();
    const again = await ask({ stream: true });
    expect([await again.text(), again.headers.get('content-type')]).toEqual([
      ...[first, 'text/event-stream; charset=utf-8'],
    ]);
    const whole = (await (await ask()).json()) as typeof ANSWER;
    expect(whole).toMatchObject({ ...ANSWER, id: 'chat-2', choices: [{ message: { content: 'Hi' } }] });
    const withUsage = await (await ask({ stream: true, stream_options: { include_usage: true } })).text();
    expect(withUsage).toMatch(/"prompt_tokens":10[\s\S]*\[DONE\]/);
    expect(ingress.bus.calls).toHaveLength(1);
  });

  it('keeps neither what failed, nor what broke off, nor what another model said', async () => {
    await start();
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: { ...HEAD, status: 203 } };
      yield data('{}');
      yield END;
    };
    await (await ask()).text();
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: SSE_HEAD };
      yield data('data: {"choices":[]}\n\n');
      throw new Error('cut');
    };
    await (await ask({ stream: true })).text();
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: { ...HEAD, fallbacks: 1 } };
      yield data('{}');
      yield END;
    };
    await (await ask()).text();
    expect((await ask()).headers.get('x-tollgate-cache')).toBe('miss');
    expect(await ingress.state.cache.describeTexts()).toMatchObject({ texts: 0 });
  });

  it.each([
    ['what a provider looks up', { web_search_options: {} }],
    ['tools that a provider runs', { tools: [{ type: 'web_search' }] }],
    ['what it keeps', { store: true }],
    ['canned answers', { mock_response: 'x' }],
  ])('has nothing to do with %s', async (_what, body) => {
    await start();
    expect(await outcomes(body, body)).toEqual([null, null]);
  });

  it('takes calls with tools of their callers', async () => {
    await start();
    const body = { tools: [{ type: 'function', function: { name: 'weather' } }] };
    expect(await outcomes(body, body)).toEqual(['miss', 'hit']);
  });

  it('never fails a call', async () => {
    await start();
    jest.spyOn(ingress.state.cache, 'findText').mockRejectedValue(new Error('away'));
    jest.spyOn(ingress.state.cache, 'keepText').mockRejectedValue(new Error('away'));
    expect(await outcomes({}, {})).toEqual(['miss', 'miss']);
    await ingress.close();
    await start();
    jest.spyOn(ingress.state.cache, 'findText').mockResolvedValue('who wrote this?');
    expect(await outcomes({})).toEqual(['miss']);
  });

  it('reserves nothing for a hit, whose limits of requests hold', async () => {
    await start();
    const budget = { window: '30d', maxNanos: 1_000_000_000, softNanos: null };
    ingress.bus.reply(findKey, ({ hash }) =>
      foundKey({
        hash,
        limits: { ...foundKey().key.limits, budgets: [budget], requestsPerMinute: 5, tokensPerMinute: 9_000 },
      }),
    );
    const headers = { authorization: `Bearer ${VIRTUAL_KEY}` };
    for (const _ of [1, 2]) await (await ask({}, headers)).text();
    const [first, second] = ingress.state.admitted;
    expect([first?.budgets?.length, second?.budgets?.length]).toEqual([1, 0]);
    expect(second).toMatchObject({ cost: null, tokens: 0, scopes: first?.scopes });
    expect(ingress.state.settled.at(-1)).toMatchObject({ tokens: null });
  });
});

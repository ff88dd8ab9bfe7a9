import { NO_LIMITS, GatewayError, NO_USAGE, findKey } from '@tollgate/contracts';
import type { Remaining } from '@tollgate/state';
import {
  CHAT,
  END,
  HEAD,
  VIRTUAL_KEY,
  data,
  errorOf,
  keyRecordOf,
  startIngress,
  type Harness,
  foundKey,
} from '../_harness.js';

const asVirtual = { authorization: `Bearer ${VIRTUAL_KEY}` };
const { hash } = keyRecordOf();
const left = (kind: Remaining['kind'], limit: number, remaining: number, resetAt: number): Remaining => ({
  scope: `key:${hash}`,
  kind,
  limit,
  remaining,
  resetAt,
});

let ingress: Harness;
const start = async (general: Parameters<typeof startIngress>[0] = {}): Promise<void> => {
  ingress = await startIngress(general);
  ingress.bus.reply(findKey, () =>
    foundKey({ limits: { ...NO_LIMITS, requestsPerMinute: 10, tokensPerMinute: 1_000 } }),
  );
};
const chat = (): Promise<Response> => ingress.post('/v1/chat/completions', CHAT, asVirtual);

afterEach(() => ingress.close());

describe('a call that limits bind', () => {
  it('is admitted with its estimate, tells what is left and settles the true count', async () => {
    await start();
    ingress.state.decide = ({ now }) => ({
      granted: true,
      remaining: [left('requests', 10, 9, now + 30_000), left('tokens', 1_000, 990, now + 30_000)],
      heldNanos: null,
      budgets: [],
    });
    const response = await chat();
    await response.text();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '9',
      'x-ratelimit-reset-requests': '30s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '990',
      'x-ratelimit-api_key-remaining-requests': '9',
      'x-litellm-key-rpm-limit': '10',
      'x-litellm-key-tpm-limit': '1000',
    });
    const [admitted] = ingress.state.admitted;
    expect(admitted).toMatchObject({ scopes: [{ id: `key:${hash}`, requestsPerMinute: 10 }] });
    expect(admitted!.tokens).toBeGreaterThan(0);
    expect(admitted!.leaseUntil).toBeGreaterThan(Date.now());
    expect(ingress.state.settled).toMatchObject([
      { callId: admitted!.callId, admittedAt: admitted!.now, admittedTokens: admitted!.tokens, tokens: 15 },
    ]);
  });

  it.each([
    ['requests', 'requests', '30'],
    ['tokens', 'tokens', '30'],
    ['max_parallel_requests', 'concurrent_requests', '1'],
  ] as const)("is refused in LiteLLM's words when %s run out", async (kind, header, retryAfter) => {
    await start();
    let until = 0;
    ingress.state.decide = ({ now }) => ({
      granted: false,
      scope: `key:${hash}`,
      kind,
      limit: 2,
      remaining: 0,
      resetAt: (until = now + 30_000),
    });
    const response = await chat();
    const utc = `${new Date(until).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'retry-after': retryAfter,
      rate_limit_type: header,
      reset_at: utc,
      'x-litellm-key-rpm-limit': '10',
    });
    expect(await errorOf(response)).toEqual({
      status: 429,
      message:
        `Rate limit exceeded for api_key: ${hash}. Limit type: ${kind}. ` +
        `Current limit: 2, Remaining: 0. Limit resets at: ${utc}`,
      type: 'throttling_error',
      param: null,
      code: '429',
    });
    expect(ingress.bus.calls).toHaveLength(0);
    expect(ingress.state.settled).toHaveLength(0);
  });

  it('gives its tokens back when it failed before the first byte', async () => {
    await start();
    ingress.bus.frames = async function* () {
      throw new GatewayError('upstream_error', 'no');
    };
    await chat();
    expect(ingress.state.settled).toMatchObject([{ tokens: 0 }]);
  });

  it.each([
    ['its usage is not known', { usage: null, costNanos: null }],
    ['it breaks off', null],
  ])('keeps its estimate when %s', async (_case, end) => {
    await start();
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: HEAD };
      yield data('{}');
      if (end === null) throw new GatewayError('service_lost', 'lost');
      yield { ...END, end } as never;
    };
    await chat().then(
      (response) => response.text().catch(() => ''),
      () => '',
    );
    expect(ingress.state.settled).toMatchObject([{ tokens: null }]);
  });

  it('counts every kind of token', async () => {
    await start();
    const usage = { ...NO_USAGE, input: 1, cacheRead: 2, cacheWrite5m: 4, output: 8, reasoning: 16 };
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: HEAD };
      yield { type: 'end', end: { usage, costNanos: null } };
    };
    await (await chat()).text();
    expect(ingress.state.settled).toMatchObject([{ tokens: 31 }]);
  });

  it('is refused while state is away, with when to come back', async () => {
    await start();
    ingress.state.decide = () => {
      throw new GatewayError('service_unavailable', 'redis is away');
    };
    const response = await chat();
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await errorOf(response)).toMatchObject({ status: 503, type: 'service_unavailable' });
  });

  it('goes on while state is away where the config says so', async () => {
    await start({ onStateDown: 'allow' });
    ingress.state.decide = () => {
      throw new GatewayError('service_unavailable', 'redis is away');
    };
    expect((await chat()).status).toBe(200);
  });
});

describe('a call that no limit binds', () => {
  it('asks nobody', async () => {
    await start();
    await ingress.post('/v1/chat/completions', CHAT);
    expect(ingress.state.admitted).toHaveLength(0);
    expect(ingress.state.settled).toHaveLength(0);
  });
});

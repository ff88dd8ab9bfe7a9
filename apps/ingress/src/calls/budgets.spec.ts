import {
  NO_LIMITS,
  GatewayError,
  findKey,
  seedCounters,
  type BudgetPolicy,
  type Limits,
} from '@tollgate/contracts';
import { bareDeployment } from '@tollgate/config';
import type { Admission, AdmitRequest, BudgetRefusal } from '@tollgate/state';
import {
  CHAT,
  HEAD,
  VIRTUAL_KEY,
  data,
  errorOf,
  foundKey,
  keyRecordOf,
  startIngress,
  type Harness,
} from '../_harness.js';

const asVirtual = { authorization: `Bearer ${VIRTUAL_KEY}` };
const { hash } = keyRecordOf();
const COUNTER = `key:${hash}|||0`;

const priced = (group: string, output: number) => ({
  ...bareDeployment({ id: group, group, provider: 'openai', model: group }),
  prices: { input: 0, output },
});

let ingress: Harness;
const limits: Limits = {
  ...NO_LIMITS,
  budgets: [{ window: null, maxNanos: 2_000_000_000, softNanos: null }],
};

const start = async (policy: BudgetPolicy = {}, general: Parameters<typeof startIngress>[0] = {}) => {
  ingress = await startIngress(general, { deployments: [priced('chat-default', 1_000), priced('local', 0)] });
  ingress.bus.reply(findKey, () => foundKey({ limits, policy, alias: 'batch' }));
};
afterEach(() => ingress.close());

const chat = (body: object = {}): Promise<Response> =>
  ingress.post('/v1/chat/completions', { ...CHAT, ...body }, asVirtual);

const use = { counter: COUNTER, maxNanos: 2_000_000_000, spentNanos: 0, dueNanos: 0, heldNanos: 0 };

const grant = ({ cost }: AdmitRequest, heldNanos = cost?.mostNanos ?? null): Admission => ({
  granted: true,
  remaining: [],
  heldNanos,
  budgets: heldNanos === null ? [] : [{ ...use, spentNanos: 500_000_000, heldNanos }],
});

const refusal = (change: Partial<BudgetRefusal> = {}): BudgetRefusal => ({
  granted: false,
  kind: 'budget',
  scope: `key:${hash}`,
  window: null,
  resetAt: null,
  ...use,
  spentNanos: 2_100_000_000,
  ...change,
});

describe('a call that a budget binds', () => {
  it('is asked for what it can cost, is charged to its counters, and settles what it did cost', async () => {
    await start();
    ingress.state.decide = (request) => grant(request);
    const response = await chat({ max_tokens: 100 });
    await response.text();
    expect(response.headers.get('x-litellm-key-max-budget')).toBe('2');
    expect(response.headers.get('x-litellm-key-spend')).toBe('0.5');
    expect(ingress.state.admitted[0]).toMatchObject({
      cost: { leastNanos: 100_000, likelyNanos: 100_000, mostNanos: 100_000 },
      budgets: [{ counter: COUNTER, scope: `key:${hash}`, maxNanos: 2_000_000_000 }],
    });
    const { header } = ingress.bus.calls[0]!;
    expect(header.counters).toEqual([COUNTER]);
    expect(header).toMatchObject({ allowanceNanos: 100_000, reservedTokens: 100 });
    expect(header.isTight).toBeUndefined();
    expect(ingress.state.settled).toMatchObject([{ costNanos: 1_500_000, attemptId: HEAD.attemptId }]);
  });

  it.each([
    ['streamed', { stream: true, max_tokens: 100 }, 100_000],
    ['that may become longer than its budget pays for', {}, 50_000],
  ])('and that is %s carries its allowance and what its key wants', async (_what, body, held) => {
    await start({ onStreamOverrun: 'finish', onStateDown: 'allow' });
    ingress.state.decide = (request) => grant(request, held);
    await (await chat(body)).text();
    expect(ingress.bus.calls[0]?.header).toMatchObject({
      allowanceNanos: held,
      reservedTokens: held / 1_000,
      onStreamOverrun: 'finish',
      onStateDown: 'allow',
    });
  });

  it('is asked for as many answers as it wants', async () => {
    await start();
    ingress.state.decide = (request) => grant(request);
    await (await chat({ max_tokens: 10, n: 50 })).text();
    expect(ingress.state.admitted[0]).toMatchObject({ cost: { mostNanos: 500_000 } });
    expect(ingress.bus.calls[0]?.header).toMatchObject({ answers: 50, reservedTokens: 500 });
  });

  it.each([{ user: 'x\u0000y' }, { tags: ['a\u0000'] }, { metadata: { tags: ['q\ud800'] } }])(
    'is refused by name when it cannot be written down: %j',
    async (body) => {
      await start();
      const { status, message } = await errorOf(await chat(body));
      expect([status, message]).toEqual([400, expect.stringMatching(/'(user|tags)' has a NUL character/)]);
    },
  );

  it('keeps its reservation when nobody knows what it cost', async () => {
    await start();
    ingress.state.decide = (request) => grant(request);
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: HEAD };
      yield data('{}');
      throw new GatewayError('service_lost', 'lost');
    };
    await chat().then(
      (response) => response.text().catch(() => ''),
      () => '',
    );
    expect(ingress.state.settled).toMatchObject([{ costNanos: null, attemptId: HEAD.attemptId }]);
  });

  it('asks no budget when the model is free', async () => {
    await start();
    ingress.state.decide = (request) => grant(request);
    await (await chat({ model: 'local' })).text();
    expect(ingress.state.admitted[0]).toMatchObject({ budgets: [], cost: null });
  });

  it('has its counters seeded by billing where shared state does not know them', async () => {
    await start();
    let isSeeded = false;
    ingress.bus.reply(seedCounters, async ({ counters }) => {
      // All of them are waiting by then.
      while (ingress.state.admitted.length < 20) await new Promise(setImmediate);
      isSeeded = counters[0] === COUNTER;
      return { seeded: 1 };
    });
    ingress.state.decide = (request) =>
      isSeeded ? grant(request) : { granted: false, kind: 'unseeded', counters: [COUNTER] };
    const answers = await Promise.all(Array.from({ length: 20 }, () => chat()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(ingress.bus.asked.filter(({ subject }) => subject === seedCounters.subject)).toHaveLength(1);
  });

  it('takes less than it is likely to cost only where there is no more to be had', async () => {
    await start();
    const asked: number[] = [];
    ingress.state.decide = (request) => {
      asked.push(request.cost?.leastNanos ?? 0);
      return asked.length < 2 ? refusal({ spentNanos: 1_999_950_000 }) : grant(request, 50_000);
    };
    expect((await chat({ max_tokens: 100 })).status).toBe(200);
    expect(asked).toEqual([100_000, 50_000]);
    expect(ingress.bus.calls[0]?.header).toMatchObject({ allowanceNanos: 50_000, isTight: true });
  });

  it('waits while only reservations of other calls are in its way', async () => {
    await start();
    let asked = 0;
    ingress.state.decide = (request) => {
      asked += 1;
      const held = refusal({ spentNanos: 1_500_000_000, heldNanos: 500_000_000 });
      return asked < 4 ? held : grant(request);
    };
    expect((await chat()).status).toBe(200);
    expect(asked).toBe(4);
  });
});

describe('a call for which no budget has room', () => {
  it("is refused in LiteLLM's words, and nobody is asked", async () => {
    await start();
    ingress.state.decide = () => refusal();
    const response = await chat();
    expect(response.headers.get('retry-after')).toBe('86400');
    expect(await errorOf(response)).toEqual({
      status: 422,
      type: 'budget_exceeded',
      param: null,
      code: '422',
      message: 'Budget has been exceeded! Key=batch (sk-...abcd) Current cost: 2.1, Max budget: 2',
    });
    expect(ingress.bus.calls).toHaveLength(0);
  });

  it('is refused with the status that the key or the config has', async () => {
    await start({ overBudget: { action: 'reject', status: 429 } });
    ingress.state.decide = () => refusal();
    expect((await chat()).status).toBe(429);
  });

  it('tells when the window ends', async () => {
    await start();
    const resetAt = Date.now() + 60_000;
    ingress.state.decide = () => refusal({ scope: 'member:t:u', window: '1d', resetAt });
    const response = await chat();
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(response.headers.get('reset_at')).toBe(new Date(resetAt).toISOString());
    const { message } = await errorOf(response);
    expect(message).toContain('TeamMember=u:t Current cost: 2.1, Max budget: 2 per 1d');
  });

  it('goes to the model that its key names for it', async () => {
    await start({ overBudget: { action: 'fallback', model: 'local' } });
    ingress.state.decide = (request) => (request.cost === null ? grant(request) : refusal());
    expect((await chat()).status).toBe(200);
    expect(ingress.bus.calls[0]?.header.model).toBe('local');
  });

  it('is refused all the same when that model costs money too', async () => {
    await start({ overBudget: { action: 'fallback', model: 'chat-default' } });
    ingress.state.decide = () => refusal();
    expect((await chat()).status).toBe(422);
  });

  it('goes through once a minute where its key is throttled, and is charged', async () => {
    await start({ overBudget: { action: 'throttle' } });
    ingress.state.decide = (request) => (request.cost === null ? grant(request) : refusal());
    expect((await chat()).status).toBe(200);
    expect(ingress.state.admitted.at(-1)).toMatchObject({
      scopes: [{ id: `key:${hash}|over budget`, requestsPerMinute: 1 }],
      budgets: [],
    });
    expect(ingress.bus.calls[0]?.header.counters).toEqual([COUNTER]);
  });

  it.each([
    ['refuse', 503],
    ['allow', 200],
  ] as const)('is %sd when shared state is away and its key says so', async (onStateDown, status) => {
    await start({ onStateDown });
    ingress.state.decide = () => Promise.reject(new GatewayError('service_unavailable', 'away'));
    expect((await chat()).status).toBe(status);
  });
});

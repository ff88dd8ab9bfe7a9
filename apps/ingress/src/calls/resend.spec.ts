import { bareDeployment } from '@tollgate/config';
import { GatewayError, NO_LIMITS, findKey } from '@tollgate/contracts';
import type { AdmitRequest } from '@tollgate/state';
import {
  CHAT,
  SSE_HEAD,
  VIRTUAL_KEY,
  data,
  errorOf,
  foundKey,
  jsonAnswer,
  sseAnswer,
  startIngress,
  type Harness,
} from '../_harness.js';

const deployments = [
  {
    ...bareDeployment({ id: 'd', group: 'chat-default', provider: 'openai', model: 'm' }),
    prices: { input: 0, output: 1_000 },
  },
];

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress({}, { deployments });
});
afterEach(() => ingress.close());

/** The first so many routers are lost before they have answered. */
function loseRouters(times: number, answer: Harness['bus']['frames']): void {
  let left = times;
  ingress.bus.frames = async function* (signal) {
    if (left-- > 0) throw new GatewayError('service_lost', 'lost');
    yield* answer(signal);
  };
}

const headers = () => ingress.bus.calls.map(({ header }) => header);

describe('a call whose router is lost', () => {
  it.each([1, 2])('is given to another one (%i lost)', async (times) => {
    loseRouters(times, () => jsonAnswer('{"ok":true}'));
    const response = await ingress.post('/v1/chat/completions', CHAT);
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect(headers().map(({ resends }) => resends)).toEqual([undefined, 1, 2].slice(0, times + 1));
    const [first, ...others] = headers();
    for (const { resends: _resends, ...header } of others) expect(header).toEqual(first);
    expect(ingress.bus.calls.map(({ body }) => body)).toEqual(
      Array.from({ length: times + 1 }, () => JSON.stringify(CHAT)),
    );
  });

  it('streams as any other', async () => {
    loseRouters(1, () => sseAnswer('{"n":1}', '[DONE]'));
    const response = await ingress.post('/v1/chat/completions', { ...CHAT, stream: true });
    expect(await response.text()).toBe('data: {"n":1}\n\ndata: [DONE]\n\n');
  });

  it('is lost with the third', async () => {
    loseRouters(9, () => jsonAnswer('{}'));
    expect(await errorOf(await ingress.post('/v1/chat/completions', CHAT))).toMatchObject({ status: 503 });
    expect(ingress.bus.calls).toHaveLength(3);
  });

  it('is not given away when its answer has begun, or when the router says no', async () => {
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: SSE_HEAD };
      yield data('data: {"n":1}\n\n');
      throw new GatewayError('service_lost', 'lost');
    };
    await (await ingress.post('/v1/chat/completions', { ...CHAT, stream: true })).text();
    ingress.bus.frames = async function* () {
      throw new GatewayError('all_cooling', 'later');
    };
    await ingress.post('/v1/chat/completions', CHAT);
    expect(headers().map(({ resends }) => resends)).toEqual([undefined, undefined]);
  });
});

describe('a call with a budget whose router is lost', () => {
  const budgets = [{ window: null, maxNanos: 2_000_000, softNanos: null }];
  /** Every sending may hold so much. */
  const rooms: number[] = [];

  beforeEach(() => {
    rooms.splice(0, Infinity, 100_000, 60_000, 50_000);
    ingress.bus.reply(findKey, () => foundKey({ limits: { ...NO_LIMITS, requestsPerMinute: 9, budgets } }));
    ingress.state.decide = (request) => decision(request, rooms.shift());
  });

  function decision({ budgets: [budget] = [] }: AdmitRequest, heldNanos = 0) {
    const { counter, scope, maxNanos } = budget!;
    const use = { counter, scope, maxNanos, spentNanos: maxNanos - heldNanos, dueNanos: 0, heldNanos };
    const refusal = { ...use, granted: false, kind: 'budget', window: null, resetAt: null } as const;
    return heldNanos === 0 ? refusal : ({ granted: true, remaining: [], heldNanos, budgets: [use] } as const);
  }

  const ask = () =>
    ingress.post(
      '/v1/chat/completions',
      { ...CHAT, max_tokens: 100 },
      { authorization: `Bearer ${VIRTUAL_KEY}` },
    );

  it('reserves for each sending, and keeps what a lost one may have cost', async () => {
    loseRouters(2, () => jsonAnswer('{}'));
    expect((await ask()).status).toBe(200);
    const { id } = headers()[0]!;
    const sendings = [id, `${id}:r1`, `${id}:r2`];
    expect(headers().map(({ allowanceNanos }) => allowanceNanos)).toEqual([100_000, 60_000, 50_000]);
    // A call is counted once by its rate limits.
    expect(ingress.state.admitted.map(({ callId, scopes }) => [callId, scopes.length])).toEqual(
      sendings.map((sending, index) => [sending, index === 0 ? 1 : 0]),
    );
    expect(ingress.state.settled.map(({ callId, costNanos }) => [callId, costNanos])).toEqual(
      sendings.map((sending, index) => [sending, index < 2 ? null : 1_500_000]),
    );
    expect(ingress.state.settled[0]).toMatchObject({ tokens: 15 });
  });

  it('ends with its error where no budget has room for another sending', async () => {
    rooms.splice(1);
    loseRouters(1, () => jsonAnswer('{}'));
    expect(await errorOf(await ask())).toMatchObject({ status: 503 });
    expect(ingress.bus.calls).toHaveLength(1);
    expect(ingress.state.settled).toMatchObject([{ callId: headers()[0]!.id, costNanos: null }]);
  });

  it('ends with its error where shared state cannot be asked', async () => {
    const { decide } = ingress.state;
    ingress.state.decide = (request) =>
      request.callId.includes(':r') ? Promise.reject(new Error('away')) : decide(request);
    loseRouters(1, () => jsonAnswer('{}'));
    expect(await errorOf(await ask())).toMatchObject({ status: 503 });
    expect(ingress.bus.calls).toHaveLength(1);
  });
});

import { GatewayError } from '@tollgate/contracts';
import {
  CHAT,
  SSE_HEAD,
  data,
  errorOf,
  jsonAnswer,
  sseAnswer,
  startIngress,
  type Harness,
} from '../_harness.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
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

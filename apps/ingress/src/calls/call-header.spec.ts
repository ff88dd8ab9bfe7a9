import { bareDeployment, GROUP_DEFAULTS, ROUTER_DEFAULTS } from '@tollgate/config';
import { findKey, type CallHeader, type KeyRecord } from '@tollgate/contracts';
import {
  CHAT,
  VIRTUAL_KEY,
  errorOf,
  startIngress,
  type ConfigChanges,
  type Harness,
  foundKey,
} from '../_harness.js';

let ingress: Harness;
const start = async (changes: ConfigChanges = {}): Promise<void> => {
  ingress = await startIngress({}, changes);
};
afterEach(() => ingress.close());

async function headerOf(
  body: object,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
): Promise<CallHeader> {
  const response = await ingress.post(path, { ...CHAT, ...body }, headers);
  expect(response.status).toBe(200);
  const call = ingress.bus.calls.at(-1);
  if (call === undefined) throw new Error('no call was made');
  return call.header;
}

const refusal = async (body: object, headers: Record<string, string> = {}) =>
  errorOf(await ingress.post('/v1/chat/completions', { ...CHAT, ...body }, headers));

function useKey(changes: Partial<KeyRecord>): Record<string, string> {
  ingress.bus.reply(findKey, () => foundKey(changes));
  return { authorization: `Bearer ${VIRTUAL_KEY}` };
}

describe('the header of a call', () => {
  beforeEach(() => start());

  it('is silent about what the caller does not say', async () => {
    const header = await headerOf({});
    expect(header.needs).toEqual([]);
    for (const field of [
      'maxOutputTokens',
      'sessionId',
      'promptPrefix',
      'regions',
      'fallbacks',
      'deterministic',
    ])
      expect(header).not.toHaveProperty(field);
  });

  it('tells what the call needs, in either dialect', async () => {
    const image = { role: 'user', content: [{ type: 'image', source: { type: 'base64' } }] };
    expect((await headerOf({ messages: [image] }, {}, '/v1/messages')).needs).toEqual(['vision']);
    expect((await headerOf({ tools: [{ type: 'function' }] })).needs).toEqual(['tools']);
  });

  it.each([
    [{ max_tokens: 100 }, 100],
    [{ max_tokens: 100, max_completion_tokens: 50 }, 50],
    [{ max_tokens: -1 }, undefined],
    [{ max_tokens: 1e300 }, undefined],
    [{ max_tokens: '100' }, undefined],
  ])('of %j has maxOutputTokens %p', async (body, expected) => {
    expect((await headerOf(body)).maxOutputTokens).toBe(expected);
  });

  it.each([
    [{ service_tier: 'priority' }, 'priority'],
    [{ speed: 'fast' }, 'fast'],
    [{ service_tier: 'flex' }, undefined],
    [{ service_tier: 'auto' }, undefined],
  ])('of %j has serviceTier %p: only a dearer one', async (body, expected) => {
    expect((await headerOf(body)).serviceTier).toBe(expected);
  });

  it.each<[object, Record<string, string>, string | undefined]>([
    [{ litellm_session_id: 'b', metadata: { session_id: 'c' } }, { 'x-litellm-session-id': 'a' }, 'a'],
    [{ litellm_session_id: 'b', metadata: { session_id: 'c' } }, {}, 'b'],
    [{ metadata: { session_id: 'c' } }, { 'x-litellm-trace-id': 'd' }, 'c'],
    [{}, { 'x-litellm-trace-id': 'd' }, 'd'],
    [{}, { 'x-claude-code-session-id': 'e' }, 'e'],
    [{ metadata: { user_id: 'user_1_account_2_session_3-4' } }, {}, '3-4'],
    [{ metadata: { session_id: 7, user_id: 'ada' } }, {}, undefined],
    [{ metadata: { session_id: 'x'.repeat(300) } }, {}, undefined],
  ])('of %j and %j has the session %p', async (body, headers, expected) => {
    expect((await headerOf(body, headers)).sessionId).toBe(expected);
  });

  it('takes names and objects for fallbacks', async () => {
    const fallbacks = ['a', { model: 'b', messages: [] }];
    expect((await headerOf({ fallbacks })).fallbacks).toEqual(['a', 'b']);
    expect((await headerOf({ fallbacks: [] })).fallbacks).toEqual([]);
  });

  it.each([
    [{ deterministic: true }, {}],
    [{ deterministic: false }, { 'x-tollgate-deterministic': 'true' }],
  ])('of %j and %j is deterministic', async (body, headers) => {
    expect((await headerOf(body, headers)).deterministic).toBe(true);
  });

  it.each<[object, Record<string, string>, string]>([
    [{ fallbacks: 'a' }, {}, 'fallbacks'],
    [{ fallbacks: [{ name: 'a' }] }, {}, 'fallbacks'],
    [{ fallbacks: Array.from({ length: 21 }, () => 'a') }, {}, 'fallbacks'],
    [{ deterministic: 'yes' }, {}, 'deterministic'],
    [{}, { 'x-tollgate-deterministic': 'yes' }, 'x-tollgate-deterministic'],
    [{ litellm_session_id: 7 }, {}, 'litellm_session_id'],
    [{}, { 'x-litellm-session-id': 'x'.repeat(300) }, 'x-litellm-session-id'],
    [{ allowed_model_region: 7 }, {}, 'allowed_model_region'],
    [{ metadata: { allowed_model_region: [] } }, {}, 'metadata.allowed_model_region'],
    [{ request_timeout: 'soon' }, {}, 'request_timeout'],
  ])('of %j and %j is refused, naming %s', async (body, headers, param) => {
    expect(await refusal(body, headers)).toMatchObject({ status: 400, param });
    expect(ingress.bus.calls).toHaveLength(0);
  });
});

describe('the regions of a call', () => {
  beforeEach(() => start());

  it.each([
    [{ allowed_model_region: 'eu' }, ['eu']],
    [{ metadata: { allowed_model_region: ['eu', 'us-east-1'] } }, ['eu', 'us-east-1']],
  ])('are those of %j', async (body, regions) => {
    expect((await headerOf(body)).regions).toEqual(regions);
  });

  it.each([
    [{}, ['eu', 'us-east-1']],
    [{ allowed_model_region: 'westeurope' }, ['westeurope']],
    [{ allowed_model_region: ['us', 'ap'] }, ['us-east-1']],
  ])('of %j are within those of the key', async (body, regions) => {
    const key = useKey({ metadata: { allowed_model_region: ['eu', 'us-east-1'] } });
    expect((await headerOf(body, key)).regions).toEqual(regions);
  });

  it('outside those of the key are refused', async () => {
    const key = useKey({ metadata: { allowed_model_region: 'eu' } });
    // London is in Europe, and not in the Union.
    for (const region of ['us', 'eu-west-2']) {
      const error = await refusal({ allowed_model_region: region }, key);
      expect(error).toMatchObject({ status: 403, param: 'allowed_model_region' });
    }
  });
});

describe('the prefix of a prompt', () => {
  const affinity = { ...ROUTER_DEFAULTS.affinity, promptPrefix: true };
  const marked = {
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }] },
    ],
  };
  const long = { messages: [{ role: 'user', content: 'x'.repeat(4_096) }] };

  it('is hashed when the config asks for it and the prompt is long or marked', async () => {
    await start({ router: { affinity } });
    expect((await headerOf(long)).promptPrefix).toMatch(/^[0-9a-f]{32}$/);
    expect((await headerOf(marked)).promptPrefix).toMatch(/^[0-9a-f]{32}$/);
    expect(await headerOf({})).not.toHaveProperty('promptPrefix');
  });

  it('is not hashed otherwise', async () => {
    await start();
    expect(await headerOf(long)).not.toHaveProperty('promptPrefix');
  });
});

describe('the time of a call', () => {
  const minutes = ({ deadline, startedAt }: CallHeader): number => (deadline - startedAt - 5_000) / 60_000;
  const deployment = bareDeployment({ id: 'one', group: 'one', provider: 'openai', model: 'one' });

  it("is the caller's, whatever else is set", async () => {
    await start({ router: { timeoutMs: 120_000 } });
    const header = await headerOf({ timeout: 60, stream_timeout: 2 }, { 'x-litellm-stream-timeout': '1.5' });
    expect(header).toMatchObject({ timeoutMs: 60_000, streamTimeoutMs: 1_500 });
    expect(minutes(header)).toBe(1);
    expect(minutes(await headerOf({ request_timeout: 30 }))).toBe(0.5);
  });

  it("is the key's, its team's, or the router's", async () => {
    const teams = new Map([['slow', { timeoutMs: 240_000 }]]);
    await start({ router: { timeoutMs: 120_000, teams } });
    expect(minutes(await headerOf({}))).toBe(2);
    expect(minutes(await headerOf({}, useKey({ teamId: 'slow' })))).toBe(4);
  });

  it("is not less than a deployment's or a name's own", async () => {
    const groups = new Map([['one', { ...GROUP_DEFAULTS, timeoutMs: 300_000 }]]);
    await start({
      deployments: [{ ...deployment, timeoutMs: 180_000 }, deployment],
      router: { timeoutMs: 120_000, groups },
    });
    expect(minutes(await headerOf({}))).toBe(5);
  });

  it('of a key with wishes about routing goes with them to the router', async () => {
    await start();
    const routing = { timeoutMs: 30_000, numRetries: 1 };
    const header = await headerOf({}, useKey({ routing }));
    expect(header.principal.routing).toEqual(routing);
    expect(header).not.toHaveProperty('timeoutMs');
    expect(minutes(header)).toBe(0.5);
  });
});

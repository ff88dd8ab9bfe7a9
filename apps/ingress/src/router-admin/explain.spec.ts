import {
  GatewayError,
  explainAsked,
  explainCall,
  findKey,
  type CallHeader,
  type Decision,
} from '@tollgate/contracts';
import {
  CHAT,
  VIRTUAL_KEY,
  errorOf,
  keyRecordOf,
  startIngress,
  type Harness,
  foundKey,
} from '../_harness.js';
import { ExplanationsController } from './explanations.controller.js';

const DECISION: Decision = {
  callId: 'call-1',
  model: 'gpt-4',
  startedAt: Date.UTC(2026, 0, 1, 12),
  replica: 'router-1',
  steps: [
    { step: 'resolved', at: 0, name: 'gpt-4', group: 'chat-default' },
    {
      step: 'picked',
      at: 1,
      attempt: 1,
      group: 'chat-default',
      deploymentId: 'az-eu',
      strategy: 'simple-shuffle',
      candidates: ['az-eu', 'az-uk'],
      dropped: [{ deploymentId: 'az-us', reason: 'open until 12:00:03' }],
    },
    {
      step: 'answered',
      at: 84,
      attempt: 1,
      deploymentId: 'az-eu',
      delivered: false,
      code: 'upstream_error',
      latencyMs: 83.400_000_003,
      firstTokenMs: null,
    },
    { step: 'circuit', at: 84, deploymentId: 'az-eu', state: 'open', until: Date.UTC(2026, 0, 1, 12, 0, 5) },
    { step: 'fell-back', at: 85, group: 'chat-quality', because: 'upstream_error' },
  ],
};

const SUMMARY = [
  'gpt-4 stands for chat-default',
  'picked az-eu of 3: simple-shuffle; az-us dropped: open until 12:00:03',
  'attempt 1 on az-eu failed in 83 ms: upstream_error',
  'circuit of az-eu: open until 12:00:05',
  'fell back to chat-quality: upstream_error',
];

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
});
afterEach(() => ingress.close());

const askedOf = (event: unknown) => event as { callId: string; askId: string };

/** A router that remembers some calls. */
function remember(...ids: string[]): void {
  const routers = ingress.app.get(ExplanationsController);
  ingress.bus.heard = (event) => {
    const { callId, askId } = askedOf(event);
    if (!ids.includes(callId)) return;
    // Another ingress asked something too: its answer is heard here as well.
    routers.explained({ askId: 'not-ours', decision: { ...DECISION, model: 'wrong' } });
    setImmediate(() => routers.explained({ askId, decision: { ...DECISION, callId } }));
  };
}

describe('GET /router/explain/{call id}', () => {
  it('tells the decision that a router remembers, in words and in steps', async () => {
    remember('call-1');
    const response = await ingress.get('/router/explain/call-1');
    expect(response.status).toBe(200);
    const body = (await response.json()) as { steps: object[] };
    expect(body).toMatchObject({
      call_id: 'call-1',
      model: 'gpt-4',
      started_at: '2026-01-01T12:00:00.000Z',
      router: 'router-1',
      summary: SUMMARY,
    });
    expect(body.steps[1]).toMatchObject({
      at_ms: 1,
      step: 'picked',
      deployment_id: 'az-eu',
      dropped: [{ deployment_id: 'az-us', reason: 'open until 12:00:03' }],
    });
    expect(body.steps[2]).toMatchObject({ latency_ms: 83.4, first_token_ms: null });
    expect(body.steps[3]).toMatchObject({ until: '2026-01-01T12:00:05.000Z' });
    expect(ingress.bus.published[0]?.subject).toBe(explainAsked.subject);
  });

  it("finds a call by its client's own id", async () => {
    await ingress.post('/v1/chat/completions', CHAT, { 'x-litellm-call-id': 'mine' });
    const id = ingress.bus.calls[0]?.header.id ?? '';
    remember(id);
    expect(await (await ingress.get('/router/explain/mine')).json()).toMatchObject({ call_id: id });
  });

  it('answers 404 when nobody remembers', async () => {
    const error = await errorOf(await ingress.get('/router/explain/gone'));
    expect(error).toMatchObject({ status: 404, type: 'not_found_error' });
  });

  it('is for the master key', async () => {
    ingress.bus.reply(findKey, () => foundKey());
    const asKey = { authorization: `Bearer ${VIRTUAL_KEY}` };
    expect((await ingress.get('/router/explain/call-1', asKey)).status).toBe(401);
  });
});

describe('POST /router/explain', () => {
  const asked = (): CallHeader =>
    ingress.bus.asked.findLast(({ subject }) => subject === explainCall.subject)?.payload as CallHeader;

  it('is a dry run with the header that the call would have', async () => {
    ingress.bus.reply(explainCall, ({ id }) => ({ ...DECISION, callId: id }));
    const body = { ...CHAT, tools: [{ type: 'function' }], tags: ['a'], fallbacks: ['b'] };
    const response = await ingress.post('/router/explain', body, { 'x-litellm-timeout': '3' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ call_id: asked().id, summary: SUMMARY });
    await ingress.post('/v1/chat/completions', body, { 'x-litellm-timeout': '3' });
    const { id, startedAt, deadline, ...call } = ingress.bus.calls[0]?.header ?? ({} as CallHeader);
    expect(asked()).toMatchObject(call);
    expect(asked().deadline - asked().startedAt).toBe(deadline - startedAt);
    expect(asked().id).not.toBe(id);
    expect(ingress.bus.calls).toHaveLength(1);
  });

  it("reads Anthropic's messages when its version is sent", async () => {
    ingress.bus.reply(explainCall, () => DECISION);
    await ingress.post('/router/explain', CHAT, { 'anthropic-version': '2023-06-01' });
    expect(asked()).toMatchObject({ dialect: 'anthropic-messages', includeUsage: true });
  });

  it('asks as a key, whose access counts', async () => {
    ingress.bus.reply(explainCall, () => DECISION);
    const key = keyRecordOf({ models: ['chat-default'], teamId: 'research' });
    ingress.bus.reply(findKey, ({ hash }) => (hash === key.hash ? { key, spendNanos: 0 } : null));
    await ingress.post(`/router/explain?key=${key.hash}`, CHAT);
    expect(asked().principal).toMatchObject({ keyHash: key.hash, teamId: 'research', isAdmin: false });
    const denied = await ingress.post(`/router/explain?key=${key.hash}`, { ...CHAT, model: 'chat-quality' });
    expect(denied.status).toBe(403);
    expect((await ingress.post('/router/explain?key=sk-unknown', CHAT)).status).toBe(404);
  });

  it("passes the router's refusal on", async () => {
    ingress.bus.reply(explainCall, () => {
      throw new GatewayError('service_unavailable', 'Nobody serves it', { retryAfterMs: 1_000 });
    });
    expect((await ingress.post('/router/explain', CHAT)).status).toBe(503);
    expect((await ingress.post('/router/explain', { model: 'm' })).status).toBe(400);
  });
});

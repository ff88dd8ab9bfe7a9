import { GatewayError } from '@tollgate/contracts';
import {
  CHAT,
  HEAD,
  END,
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

describe('chat completions, answered whole', () => {
  it.each([
    '/v1/chat/completions',
    '/chat/completions',
    '/v1/v1/chat/completions',
    '/openai/deployments/other/chat/completions?api-version=2024-02-01',
    '/engines/other/chat/completions',
  ])('answers at %s, with the model that the body names', async (path) => {
    const response = await ingress.post(path, CHAT);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true });
    expect(ingress.bus.calls[0]?.header.model).toBe('chat-default');
    expect(ingress.bus.calls[0]?.body).toBe(JSON.stringify(CHAT));
  });

  it('takes the model of the path when the body names none', async () => {
    await ingress.post('/openai/deployments/openai%2Fgpt-4o/chat/completions', { messages: CHAT.messages });
    expect(ingress.bus.calls[0]?.header.model).toBe('openai/gpt-4o');
  });

  it('tells in its headers who answered, how and for how much', async () => {
    const response = await ingress.post('/v1/chat/completions', CHAT, { 'x-litellm-call-id': 'mine-1' });
    const id = ingress.bus.calls[0]?.header.id;
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': '11',
      'llm_provider-x-request-id': 'up-1',
      'x-litellm-call-id': 'mine-1',
      'x-tollgate-call-id': id,
      'x-request-id': id,
      'x-litellm-model-id': 'dep-1',
      'x-litellm-model-group': 'chat-default',
      'x-litellm-model-api-base': 'https://api.openai.com/v1',
      'x-litellm-response-cost': '0.0015',
      'x-litellm-attempted-retries': '1',
      'x-litellm-attempted-fallbacks': '0',
      'x-tollgate-provider': 'openai',
      'x-tollgate-attempts': '2',
    });
    expect(response.headers.get('x-litellm-version')).toMatch(/^tollgate-\d/);
  });

  it('puts an answer of many frames together', async () => {
    ingress.bus.frames = () => jsonAnswer('{"a":', '"b"', '}');
    const response = await ingress.post('/v1/chat/completions', CHAT);
    expect(await response.json()).toEqual({ a: 'b' });
  });

  it('escapes header values that a header cannot hold', async () => {
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: { ...HEAD, group: '聊天\n' } };
      yield data('{}');
      yield END;
    };
    const response = await ingress.post('/v1/chat/completions', CHAT);
    expect(response.headers.get('x-litellm-model-group')).toBe(encodeURIComponent('聊天\n'));
  });

  it('cuts the connection when an answer breaks off, rather than ending it', async () => {
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: HEAD };
      yield data('{"a":');
      yield data('"b');
      throw new GatewayError('upstream_stream_broken', 'broke');
    };
    await expect(
      ingress.post('/v1/chat/completions', CHAT).then((response) => response.text()),
    ).rejects.toThrow();
  });

  it('passes wishes, tags, the end user and feature headers on, and no credentials', async () => {
    await ingress.post(
      '/v1/chat/completions',
      {
        ...CHAT,
        user: 'ada',
        timeout: 12,
        num_retries: 1,
        disable_fallbacks: true,
        metadata: { tags: ['m'] },
      },
      {
        'x-litellm-stream-timeout': '3.5',
        'x-litellm-tags': 'a, b',
        'anthropic-beta': 'new-thing',
        'openai-organization': 'org',
        cookie: 'secret=1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    );
    const header = ingress.bus.calls[0]?.header;
    expect(header).toMatchObject({
      endUser: 'ada',
      timeoutMs: 12_000,
      streamTimeoutMs: 3_500,
      numRetries: 1,
      disableFallbacks: true,
      tags: ['m', 'a', 'b'],
      headers: { 'anthropic-beta': 'new-thing', 'openai-organization': 'org' },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(Object.keys(header?.headers ?? {})).toHaveLength(2);
    expect(header?.inputTokens).toBeGreaterThan(0);
    expect(header!.deadline - header!.startedAt).toBe(17_000);
  });

  it('never takes an id from outside as its own', async () => {
    await ingress.post('/v1/chat/completions', CHAT, { 'x-litellm-call-id': 'same' });
    await ingress.post('/v1/chat/completions', CHAT, { 'x-litellm-call-id': 'same' });
    const ids = ingress.bus.calls.map(({ header }) => header.id);
    expect(new Set([...ids, 'same']).size).toBe(3);
  });
});

describe('chat completions, streamed', () => {
  it('writes events as they come', async () => {
    ingress.bus.frames = () => sseAnswer('{"n":1}', '{"n":2}', '[DONE]');
    const response = await ingress.post('/v1/chat/completions', { ...CHAT, stream: true });
    expect(await response.text()).toBe('data: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\n');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    expect(response.headers.has('x-litellm-response-cost')).toBe(false);
  });

  it('ends a broken stream in an error event and without [DONE]', async () => {
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: SSE_HEAD };
      yield data('data: {"n":1}\n\n');
      throw new GatewayError('upstream_stream_broken', 'The provider broke off');
    };
    const response = await ingress.post('/v1/chat/completions', { ...CHAT, stream: true });
    const text = await response.text();
    expect(text).not.toContain('[DONE]');
    expect(JSON.parse(text.split('\n\n')[1]!.slice(6))).toEqual({
      error: { message: 'The provider broke off', type: 'internal_server_error', param: null, code: '502' },
    });
  });

  it('keeps the error event apart from a half-written one', async () => {
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: SSE_HEAD };
      yield data('data: {"n":');
      throw new GatewayError('service_lost', 'lost');
    };
    const response = await ingress.post('/v1/chat/completions', { ...CHAT, stream: true });
    expect(await response.text()).toMatch(/^data: \{"n":\n\ndata: \{"error":/);
  });

  it('answers an error before the first frame as plain HTTP, with when to come back', async () => {
    ingress.bus.frames = async function* () {
      throw new GatewayError('all_cooling', 'No deployments available for selected model', {
        retryAfterMs: 4_200,
      });
    };
    const response = await ingress.post('/v1/chat/completions', { ...CHAT, stream: true });
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.headers.get('retry-after-ms')).toBe('4200');
    expect(response.headers.get('x-tollgate-call-id')).toBe(ingress.bus.calls[0]?.header.id);
    expect(await errorOf(response)).toMatchObject({
      status: 429,
      type: 'all_deployments_in_cooldown',
      code: '429',
    });
  });

  it("sends a provider's own status and code on", async () => {
    ingress.bus.frames = async function* () {
      throw new GatewayError('upstream_bad_request', 'too long', {
        status: 422,
        upstreamCode: 'context_length_exceeded',
      });
    };
    const response = await ingress.post('/v1/chat/completions', CHAT);
    expect(await errorOf(response)).toMatchObject({ status: 422, code: 'context_length_exceeded' });
  });

  it('hides what it did not foresee', async () => {
    ingress.bus.frames = async function* () {
      throw new Error('password=hunter2');
    };
    const response = await ingress.post('/v1/chat/completions', CHAT);
    expect(await errorOf(response)).toEqual({
      status: 500,
      message: 'Internal server error',
      type: 'internal_server_error',
      param: null,
      code: '500',
    });
  });
});

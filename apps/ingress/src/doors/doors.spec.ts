import type { ResponseFrame } from '@tollgate/bus';
import { GatewayError, findKey } from '@tollgate/contracts';
import {
  END,
  MASTER_KEY,
  SSE_HEAD,
  VIRTUAL_KEY,
  data,
  foundKey,
  startIngress,
  type Harness,
} from '../_harness.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
});
afterEach(() => ingress.close());

const MESSAGES = [{ role: 'user', content: 'Hi' }];
const model = 'chat-default';

describe('the ways in', () => {
  it.each<[path: string, body: object, dialect: string, stream: boolean]>([
    ['/v1/chat/completions', { model, messages: MESSAGES }, 'openai-chat', false],
    ['/v1/completions', { model, prompt: 'Hi', stream: true }, 'openai-completions', true],
    ['/openai/deployments/chat-default/completions', { prompt: 'Hi' }, 'openai-completions', false],
    ['/v1/embeddings', { model, input: ['Hi'] }, 'openai-embeddings', false],
    ['/openai/deployments/chat-default/embeddings', { input: 'Hi' }, 'openai-embeddings', false],
    ['/v1/moderations', { model, input: 'Hi' }, 'openai-moderations', false],
    ['/v1/images/generations', { model, prompt: 'A cat' }, 'openai-images', false],
    ['/v1/audio/speech', { model, input: 'Hi', voice: 'alloy' }, 'openai-speech', false],
    ['/v1/messages', { model, max_tokens: 9, messages: MESSAGES }, 'anthropic-messages', false],
    ['/v1/messages/count_tokens', { model, messages: MESSAGES }, 'anthropic-count-tokens', false],
    [`/v1beta/models/${model}:generateContent`, { contents: [{}] }, 'gemini-content', false],
    [`/v1/models/${model}:streamGenerateContent?alt=sse`, { contents: [{}] }, 'gemini-content', true],
    [`/v1beta/models/${model}:countTokens`, { contents: [{}] }, 'gemini-count-tokens', false],
    [`/v1beta/models/${model}:embedContent`, { content: {} }, 'gemini-embed', false],
    [`/v1beta/models/${model}:batchEmbedContents`, { requests: [{}] }, 'gemini-batch-embed', false],
    ['/v2/chat', { model, messages: MESSAGES }, 'cohere-chat', false],
    ['/v2/embed', { model, texts: ['Hi'] }, 'cohere-embed', false],
    ['/rerank', { model, query: 'q', documents: ['d'] }, 'cohere-rerank', false],
    ['/v2/rerank', { model, query: 'q', documents: ['d'] }, 'cohere-rerank', false],
    ['/api/chat', { model, messages: MESSAGES }, 'ollama-chat', true],
    ['/api/chat', { model, messages: MESSAGES, stream: false }, 'ollama-chat', false],
    ['/api/generate', { model, prompt: 'Hi' }, 'ollama-generate', true],
    ['/api/embed', { model, input: 'Hi' }, 'ollama-embed', false],
  ])('%s', async (path, body, dialect, stream) => {
    const response = await ingress.post(path, body);
    expect([response.status, await response.text()]).toEqual([200, '{"ok":true}']);
    expect(ingress.bus.calls[0]?.header).toMatchObject({ dialect, model, stream });
  });

  it.each([
    '/v1/audio/transcriptions',
    '/v1/audio/translations',
    '/v1/images/edits',
    '/v1/images/variations',
  ])('%s takes a form, and passes it on as it came', async (path) => {
    const form = new FormData();
    form.set('model', model);
    form.set('prompt', 'A cat');
    for (const name of ['file', 'image']) form.set(name, new Blob(['\r\n\r\n--not the end']), 'a.bin');
    const request = new Request(`${ingress.url}${path}`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    });
    const contentType = request.headers.get('content-type');
    const sent = await request.clone().text();
    expect((await fetch(request)).status).toBe(200);
    expect(ingress.bus.calls[0]).toMatchObject({ body: sent, header: { model, contentType, stream: false } });
  });

  it.each([
    ['/v1/embeddings', { model }, 'input'],
    ['/v1/completions', { model }, 'prompt'],
    ['/v1/rerank', { model, documents: ['d'] }, 'query'],
    ['/v1/rerank', { model, query: 'q', documents: [] }, 'documents'],
    ['/v1/audio/speech', { model }, 'input'],
    ['/v1/audio/transcriptions', { model }, 'file'],
  ])('%s says what is missing: %j', async (path, body, param) => {
    const response = await ingress.post(path, body);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
  });

  describe('Google’s streams, where nobody asks for events', () => {
    const url = `/v1beta/models/${model}:streamGenerateContent`;
    const events = (...texts: string[]) =>
      async function* (): AsyncGenerator<ResponseFrame> {
        yield { type: 'head', head: SSE_HEAD };
        for (const text of texts) yield data(text);
        yield END;
      };

    it.each<[string[], string]>([
      [['data: {"a":1}\n\nda', 'ta: {"b":\ndata: 2}\r\n\r\n'], '[{"a":1},\r\n{"b":\n2}]'],
      [['data: {"a":1}'], '[{"a":1}]'],
      [[': alive\n\n'], '[]'],
    ])('are an array: %j', async (texts, expected) => {
      ingress.bus.frames = events(...texts);
      const response = await ingress.post(url, { contents: [{}] });
      expect(response.headers.get('content-type')).toBe('application/json; charset=UTF-8');
      expect(await response.text()).toBe(expected);
    });

    it('end in an error where they break off', async () => {
      ingress.bus.frames = async function* () {
        yield { type: 'head', head: SSE_HEAD };
        yield data('data: {"a":1}\n\ndata: {"cut');
        throw new GatewayError('service_unavailable', 'gone');
      };
      const text = await (await ingress.post(url, { contents: [{}] })).text();
      expect(JSON.parse(text)).toEqual([
        { a: 1 },
        { error: expect.objectContaining({ code: 503 }) as unknown },
      ]);
    });

    it('are events as ever where they do', async () => {
      ingress.bus.frames = events('data: {"a":1}\n\n');
      expect(await (await ingress.post(`${url}?alt=sse`, { contents: [{}] })).text()).toBe(
        'data: {"a":1}\n\n',
      );
    });
  });

  it('Google’s clients may send the key in the query', async () => {
    const url = `${ingress.url}/v1beta/models/${model}:generateContent?key=${MASTER_KEY}`;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ contents: [{}] });
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
    expect((await fetch(`${ingress.url}/v1/models?key=${MASTER_KEY}`)).status).toBe(401);
  });

  it('lists models for Ollama’s clients', async () => {
    const tags = await (await ingress.get('/api/tags')).json();
    expect(tags).toMatchObject({
      models: expect.arrayContaining([expect.objectContaining({ model })]) as unknown,
    });
    expect((await ingress.post('/api/show', { model })).status).toBe(200);
    expect(await (await ingress.post('/api/show', { model: 'no-such' })).json()).toEqual({
      error: "model 'no-such' not found",
    });
  });
});

describe('providers’ own APIs', () => {
  const sent = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${MASTER_KEY}`;
    const response = await fetch(`${ingress.url}${path}`, {
      method,
      headers: { authorization, ...headers },
      ...(body !== undefined && { body }),
    });
    expect([response.status, await response.text()]).toEqual([200, '{"ok":true}']);
    return ingress.bus.calls[0]!;
  };

  it.each<[method: string, path: string, provider: string, upstream: string, model: string, dialect: string]>(
    [
      ['POST', '/openai/v1/chat/completions', 'openai', '/v1/chat/completions', 'openai/m', 'openai-chat'],
      ['GET', '/openai/v1/models', 'openai', '/v1/models', 'openai', 'native'],
      [
        'POST',
        '/azure/openai/deployments/d/chat/completions?api-version=1',
        'azure',
        '/openai/deployments/d/chat/completions?api-version=1',
        'azure/d',
        'openai-chat',
      ],
      ['POST', '/anthropic/v1/complete', 'anthropic', '/v1/complete', 'anthropic/m', 'native'],
      [
        'POST',
        '/gemini/v1beta/models/g:generateContent',
        'gemini',
        '/v1beta/models/g:generateContent',
        'gemini/g',
        'gemini-content',
      ],
      [
        'POST',
        '/vertex-ai/v1/projects/p/locations/l/publishers/google/models/g:countTokens',
        'vertex_ai',
        '/v1/projects/p/locations/l/publishers/google/models/g:countTokens',
        'vertex_ai/g',
        'gemini-count-tokens',
      ],
      [
        'POST',
        '/bedrock/model/a.b%3A0/converse',
        'bedrock',
        '/model/a.b%3A0/converse',
        'bedrock/a.b:0',
        'bedrock-converse',
      ],
      [
        'POST',
        '/bedrock/model/us.anthropic.claude-v2/invoke',
        'bedrock',
        '/model/us.anthropic.claude-v2/invoke',
        'bedrock/us.anthropic.claude-v2',
        'anthropic-messages',
      ],
      ['POST', '/cohere/v2/chat', 'cohere', '/v2/chat', 'cohere/m', 'cohere-chat'],
      ['DELETE', '/mistral/v1/files/1', 'mistral', '/v1/files/1', 'mistral', 'native'],
      ['GET', '/v1/files/file-1/content', 'openai', '/v1/files/file-1/content', 'openai', 'native'],
      ['POST', '/v1/batches?custom_llm_provider=azure', 'azure', '/v1/batches', 'azure/m', 'native'],
      ['GET', '/v1/messages/batches/b', 'anthropic', '/v1/messages/batches/b', 'anthropic', 'native'],
    ],
  )('%s %s', async (method, path, provider, upstream, name, dialect) => {
    const body = method === 'POST' ? '{ "model":"m", "unheard": 1e0 }' : undefined;
    const { header, body: passed } = await sent(method, path, body, { 'content-type': 'application/json' });
    expect(header).toMatchObject({ model: name, dialect, native: { provider, method, path: upstream } });
    expect(passed).toBe(body ?? '');
  });

  it('any body goes there as it is, and the client’s headers, but for its key', async () => {
    const headers = {
      'content-type': 'audio/ogg',
      'x-new-feature': 'on',
      'x-api-key': 'sk-other',
      cookie: 'a=b',
    };
    const { header, body } = await sent('POST', '/openai/v1/unheard/of', 'not json', headers);
    expect([header.contentType, body]).toEqual(['audio/ogg', 'not json']);
    expect(header.headers).toMatchObject({ 'x-new-feature': 'on' });
    expect(Object.keys(header.headers)).not.toEqual(expect.arrayContaining(['x-api-key']));
    expect(JSON.stringify(header.headers)).not.toContain('sk-');
  });

  it.each(['no-such', 'a.b', '*', 'openai>'])('of a provider that there is: not %s', async (provider) => {
    const path = `/v1/files?custom_llm_provider=${encodeURIComponent(provider)}`;
    const response = await ingress.get(path);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { param: 'custom_llm_provider' } },
    ]);
    expect(ingress.bus.calls).toEqual([]);
  });

  it.each([
    '/openai/responses/resp_1',
    '/openai/v1/Responses/resp_1',
    '/openai/v1/responses%2fresp_1',
    '/azure/openai/v1/responses/resp_1/input_items',
  ])('%s is nobody’s but the administrator’s: responses are of one account', async (path) => {
    ingress.bus.reply(findKey, () => foundKey());
    expect((await ingress.get(path, { authorization: `Bearer ${VIRTUAL_KEY}` })).status).toBe(404);
    expect(ingress.bus.calls).toEqual([]);
    expect((await ingress.get(path)).status).toBe(200);
  });

  it('a key in the query stays here', async () => {
    const url = `${ingress.url}/gemini/v1beta/models?pageSize=5&key=${MASTER_KEY}`;
    expect((await fetch(url)).status).toBe(200);
    expect(ingress.bus.calls[0]?.header.native?.path).toBe('/v1beta/models?pageSize=5');
  });

  it('a key that is kept to some models may not ask for others, nor for what names none', async () => {
    ingress.bus.reply(findKey, () => foundKey({ models: ['gpt-4o', 'mistral/*'] }));
    const authorization = `Bearer ${VIRTUAL_KEY}`;
    const statusOf = async (path: string, model?: string): Promise<number> => {
      const headers = { authorization, 'content-type': 'application/json' };
      const body = JSON.stringify({ model });
      return (await fetch(`${ingress.url}${path}`, { method: 'POST', headers, body })).status;
    };
    expect([
      await statusOf('/openai/v1/chat/completions', 'gpt-4o'),
      await statusOf('/openai/v1/chat/completions', 'o3'),
      await statusOf('/openai/v1/files'),
      await statusOf('/mistral/v1/files'),
    ]).toEqual([200, 403, 403, 200]);
  });
});

describe('tokens are counted', () => {
  beforeEach(() => {
    ingress.bus.frames = async function* () {
      throw new GatewayError('endpoint_unsupported', 'no');
    };
  });

  it.each<[path: string, body: object, expected: object]>([
    ['/v1/messages/count_tokens', { model, messages: MESSAGES }, { input_tokens: 1 }],
    [
      `/v1beta/models/${model}:countTokens`,
      { contents: [{ parts: [{ text: 'x'.repeat(40) }] }] },
      { totalTokens: 10 },
    ],
    [
      `/v1beta/models/${model}:countTokens`,
      { generateContentRequest: { contents: [{ parts: [{ text: 'Hello, you' }] }] } },
      { totalTokens: 3 },
    ],
  ])('%s by length where no provider does', async (path, body, expected) => {
    const response = await ingress.post(path, body);
    expect([response.status, await response.json()]).toEqual([200, expected]);
    expect(response.headers.get('x-tollgate-token-count')).toBe('estimate');
  });

  it.each<[object, object]>([
    [
      { model, messages: MESSAGES },
      { total_tokens: 1, model_used: 'chat-default', request_model: model },
    ],
    [
      { model: 'any', prompt: 'x'.repeat(20) },
      { total_tokens: 5, model_used: 'any' },
    ],
    [{ model, contents: [{ parts: [{ text: 'x'.repeat(20) }] }] }, { total_tokens: 5 }],
  ])('whoever asks: %j', async (body, expected) => {
    const response = await ingress.post('/utils/token_counter', body);
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { tokenizer_type: 'estimate', ...expected },
    ]);
  });

  it('a run of letters without an end costs no time to speak of', async () => {
    const response = await ingress.post('/utils/token_counter', { model, prompt: 'a'.repeat(100_000) });
    expect((await response.json()) as object).toMatchObject({ total_tokens: 25_000 });
  });

  it('but no other call is answered so', async () => {
    expect((await ingress.post('/v1/embeddings', { model, input: 'Hi' })).status).toBe(400);
  });
});

describe('errors are told in the caller’s dialect', () => {
  const failure = new GatewayError('upstream_rate_limited', 'Too many', { retryAfterMs: 2_000 });

  it.each<[path: string, body: object, expected: object]>([
    ['/v1/embeddings', { model, input: 'Hi' }, { error: { message: 'Too many', code: '429' } }],
    ['/v1/messages', { model, messages: MESSAGES }, { type: 'error', error: { type: 'rate_limit_error' } }],
    [
      `/v1beta/models/${model}:generateContent`,
      { contents: [{}] },
      { error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '2s' }] } },
    ],
    ['/v2/chat', { model, messages: MESSAGES }, { message: 'Too many' }],
    ['/v2/rerank', { model, query: 'q', documents: ['d'] }, { error: { message: 'Too many' } }],
    ['/api/chat', { model, messages: MESSAGES }, { error: 'Too many' }],
  ])('%s before the first byte', async (path, body, expected) => {
    ingress.bus.frames = async function* () {
      throw failure;
    };
    const response = await ingress.post(path, body);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
    expect(await response.json()).toMatchObject(expected);
  });

  it.each<[path: string, body: object, contentType: string, sent: string, end: string]>([
    [
      `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
      { contents: [{}] },
      'text/event-stream',
      'data: {}\n\n',
      'data: {"error":{"code":429,"message":"Too many","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"}]}}\n\n',
    ],
    [
      '/v2/chat',
      { model, messages: MESSAGES, stream: true },
      'text/event-stream',
      'data: {"half',
      '\n\nevent: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"ERROR","error":"Too many"}}\n\n',
    ],
    [
      '/api/chat',
      { model, messages: MESSAGES },
      'application/x-ndjson',
      '{"half',
      '\n{"error":"Too many"}\n',
    ],
  ])('%s in the middle of a stream', async (path, body, contentType, sent, end) => {
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: { ...SSE_HEAD, headers: { 'content-type': contentType } } };
      yield data(sent);
      throw failure;
    };
    const response = await ingress.post(path, body);
    expect([response.status, await response.text()]).toEqual([200, sent + end]);
  });
});

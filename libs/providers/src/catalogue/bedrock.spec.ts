import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clocks, Dialect } from '@tollgate/contracts';
import { codecOf, type Json } from '@tollgate/dialects';
import { Attempt, type Answer } from '../attempt.js';
import { connectionTo } from '../connection.js';
import { Transport } from '../kit/transport.js';
import { bedrock } from './bedrock.provider.js';

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };
const KEYS = {
  aws_region_name: 'eu-west-1',
  aws_access_key_id: 'AKID',
  aws_secret_access_key: 'very-secret',
};
const CLAUDE = 'converse/eu.anthropic.claude-sonnet-4-5-v1:0';

interface Own {
  readonly dialect?: Dialect;
  readonly stream?: boolean;
  readonly model?: string;
  readonly apiKey?: string;
  readonly body?: Json;
  readonly headers?: Record<string, string>;
  readonly dropped?: readonly string[];
}

describe('Bedrock', () => {
  let server: Server;
  let transport: Transport;
  let seen: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: Json };
  let reply: { readonly status: number; readonly type: string; readonly body: Uint8Array | string };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { url = '', headers } = request;
        seen = { url, headers, body: JSON.parse(Buffer.concat(parts).toString()) as Json };
        response.writeHead(reply.status, { 'content-type': reply.type }).end(reply.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    transport = new Transport();
  });

  afterAll(async () => {
    await transport.close();
    server.close();
  });

  const call = async (own: Own = {}): Promise<{ answer: Answer; attempt: Attempt }> => {
    const {
      dialect = 'openai-chat',
      stream = false,
      model = CLAUDE,
      apiKey = null,
      body = {},
      headers = {},
    } = own;
    const options = { ...OPTIONS, additionalDropParams: own.dropped ?? [] };
    const apiBase = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const settings = { apiKey, apiBase, apiVersion: null, organization: null, more: KEYS };
    const request = {
      model: 'ours',
      stream,
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hi' }],
      ...body,
    };
    const attempt = new Attempt(transport, connectionTo(bedrock, settings), {
      ...{ attemptId: 'c:1', dialect, model: 'ours', upstreamModel: model, stream, includeUsage: true },
      ...{ headers, options, body: Buffer.from(JSON.stringify(request)) },
    });
    return { attempt, answer: await attempt.open({ clocks: CLOCKS, signal: new AbortController().signal }) };
  };

  const CONVERSED = {
    output: { message: { role: 'assistant', content: [{ text: 'Good day.' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
  };

  it('converses, signed with the deployment’s keys for its region', async () => {
    reply = { status: 200, type: 'application/json', body: JSON.stringify(CONVERSED) };
    const { answer, attempt } = await call();
    expect(seen.url).toBe('/model/eu.anthropic.claude-sonnet-4-5-v1%3A0/converse');
    expect(seen.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.stringify(seen)).not.toContain('very-secret');
    expect(seen.body).toMatchObject({ messages: [{ role: 'user', content: [{ text: 'Hi' }] }] });
    expect(JSON.parse(Buffer.from(answer.data!).toString())).toMatchObject({
      model: 'ours',
      choices: [{ message: { content: 'Good day.' }, finish_reason: 'stop' }],
    });
    expect(attempt.progress.usage).toMatchObject({ input: 7, output: 3 });
  });

  it('streams binary events to whom speaks OpenAI', async () => {
    const encoder = codecOf('bedrock-converse')!.front!.stream!({
      ...{ model: 'm', created: 0, includeUsage: true, request: {} },
    });
    const chunk = (delta: Json, reason: string | null = null): Json => ({
      id: 'a',
      choices: [{ index: 0, delta, finish_reason: reason }],
    });
    const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
    const chunks = [
      chunk({ role: 'assistant', content: 'Good ' }),
      chunk({ content: 'day.' }, 'stop'),
      { id: 'a', choices: [], usage },
    ];
    const bytes = [...chunks.map((each) => encoder.push(each)), encoder.end()].filter(
      (part) => part !== null,
    );
    reply = { status: 200, type: 'application/vnd.amazon.eventstream', body: Buffer.concat(bytes) };
    const { answer, attempt } = await call({ stream: true });
    let text = '';
    for (let part = await answer.stream!.next(); part !== null; part = await answer.stream!.next())
      text += Buffer.from(part).toString();
    expect(seen.url).toMatch(/\/converse-stream$/);
    expect(text).toContain('"content":"Good ');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(attempt.progress).toMatchObject({ usage: { input: 7, output: 3 }, characters: 9 });
  });

  it('takes Claude’s callers at their word: bytes, but for what Bedrock has in its path', async () => {
    reply = {
      status: 200,
      type: 'application/json',
      body: '{"id":"msg_1","type":"message","content":[],"usage":{"input_tokens":1,"output_tokens":1}}',
    };
    await call({ dialect: 'anthropic-messages', body: { brand_new: { a: 1 } } });
    expect(seen.url).toMatch(/\/invoke$/);
    expect(seen.body).toEqual({
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hi' }],
      brand_new: { a: 1 },
      anthropic_version: 'bedrock-2023-05-31',
    });
  });

  it.each<[string[], object]>([
    [[], { anthropic_beta: ['new-2030-01-01', 'other'] }],
    [['anthropic-beta'], {}],
  ])(
    'has the flags of Claude’s callers in the body, but for those that are left out (%j)',
    async (dropped, betas) => {
      const body =
        '{"id":"msg_1","type":"message","content":[],"usage":{"input_tokens":1,"output_tokens":1}}';
      reply = { status: 200, type: 'application/json', body };
      const headers = { 'anthropic-beta': 'new-2030-01-01, other' };
      await call({ dialect: 'anthropic-messages', headers, dropped });
      expect(seen.headers['anthropic-beta']).toBeUndefined();
      expect(seen.body).toEqual({
        ...{ max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] },
        ...{ anthropic_version: 'bedrock-2023-05-31', ...betas },
      });
    },
  );

  it('sends a key as a bearer, and signs nothing then', async () => {
    reply = { status: 200, type: 'application/json', body: JSON.stringify(CONVERSED) };
    await call({ apiKey: 'bedrock-key' });
    expect(seen.headers.authorization).toBe('Bearer bedrock-key');
    expect(seen.headers['x-amz-date']).toBeUndefined();
  });

  it.each([
    [429, 'Too many requests, please wait before trying again.', 'upstream_rate_limited'],
    [400, 'The provided model identifier is invalid.', 'upstream_bad_request'],
    [400, 'Input is too long for requested model.', 'upstream_bad_request'],
    [403, 'The security token included in the request is invalid.', 'upstream_permission'],
    [503, 'Service unavailable', 'upstream_error'],
  ])('reports %i %s', async (status, message, code) => {
    reply = { status, type: 'application/json', body: JSON.stringify({ message }) };
    await expect(call()).rejects.toMatchObject({ code, status });
  });

  it.each([
    ['us-east-1/amazon.nova-pro-v1:0', 'amazon.nova-pro-v1%3A0'],
    ['invoke/anthropic.claude-v2', 'anthropic.claude-v2'],
    [
      'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.x.y',
      'arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.x.y',
    ],
  ])('finds the model in %s', async (model, inPath) => {
    reply = { status: 200, type: 'application/json', body: JSON.stringify(CONVERSED) };
    await call({ model });
    expect(seen.url).toBe(`/model/${inPath}/converse`);
  });

  const asked = async (dialect: Dialect, model: string, body: Json, answer: Json): Promise<Json> => {
    reply = { status: 200, type: 'application/json', body: JSON.stringify(answer) };
    const sent = { messages: undefined, max_tokens: undefined, stream: undefined, ...body };
    const { answer: got } = await call({ dialect, model, body: sent });
    return JSON.parse(Buffer.from(got.data!).toString()) as Json;
  };

  it('has embeddings of Titan, in the encoding that was asked for', async () => {
    const model = 'amazon.titan-embed-text-v2:0';
    const answer = { embedding: [0.5, -1.25], inputTextTokenCount: 3 };
    const request = { input: ['a'], dimensions: 256, encoding_format: 'base64' };
    expect(await asked('openai-embeddings', model, request, answer)).toEqual({
      object: 'list',
      model: 'ours',
      data: [
        {
          object: 'embedding',
          index: 0,
          embedding: Buffer.from(Float32Array.of(0.5, -1.25).buffer).toString('base64'),
        },
      ],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
    expect(seen).toMatchObject({ url: '/model/amazon.titan-embed-text-v2%3A0/invoke' });
    expect(seen.body).toEqual({ inputText: 'a', dimensions: 256 });
    await expect(asked('openai-embeddings', model, { input: ['a', 'b'] }, answer)).rejects.toMatchObject({
      code: 'unsupported_parameter',
    });
  });

  it.each([
    ['cohere.rerank-v3-5:0', { api_version: 2 }],
    ['arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0', {}],
  ])('ranks with %s', async (model, more) => {
    const results = [{ index: 1, relevance_score: 0.9 }];
    const request = { query: 'q', documents: ['a', 'b'] };
    expect(await asked('cohere-rerank', model, request, { results })).toMatchObject({ results });
    expect(seen.body).toEqual({ ...request, ...more });
  });

  it('counts tokens of Claude, not of its profile', async () => {
    const request = { messages: [{ role: 'user', content: 'Hi' }] };
    expect(await asked('anthropic-count-tokens', CLAUDE, request, { inputTokens: 9 })).toEqual({
      input_tokens: 9,
    });
    expect(seen.url).toBe('/model/anthropic.claude-sonnet-4-5-v1%3A0/count-tokens');
    const { body } = (seen.body['input'] as Json)['invokeModel'] as Json;
    expect(JSON.parse(Buffer.from(String(body), 'base64').toString())).toEqual({
      ...request,
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 1,
    });
  });

  it('is where its region says', () => {
    const settings = { apiKey: null, apiBase: null, apiVersion: null, organization: null, more: KEYS };
    expect(connectionTo(bedrock, settings).apiBase).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com');
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NO_USAGE, type Clocks, type Dialect } from '@tollgate/contracts';
import type { Answer } from './attempt.js';
import { connectionTo } from './connection.js';
import { Transport } from './kit/transport.js';
import { findProvider } from './manifest.js';
import { NativeAttempt } from './native-attempt.js';

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

describe('NativeAttempt', () => {
  let server: Server;
  let transport: Transport;
  const seen: Seen[] = [];
  let reply = { status: 200, type: 'application/json', body: '{}' };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push({ method, url, headers, body: Buffer.concat(parts).toString() });
        response
          .writeHead(reply.status, { 'content-type': reply.type, 'x-ratelimit-new': 'yes' })
          .end(reply.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    transport = new Transport();
  });

  beforeEach(() => (seen.length = 0));

  afterAll(async () => {
    await transport.close();
    server.close();
  });

  const open = async (
    own: {
      method?: string;
      path?: string;
      dialect?: Dialect;
      body?: string;
      provider?: string;
      endpoint?: Dialect;
    } = {},
  ): Promise<{ attempt: NativeAttempt; answer: Answer }> => {
    const { method = 'POST', path = '/v1/x?a=1', dialect = 'native', body = '', provider = 'openai' } = own;
    const below = own.endpoint === undefined ? {} : { endpoint: own.endpoint };
    const apiBase = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
    const settings = { apiKey: 'key-of-deployment', apiBase, apiVersion: null, organization: null, more: {} };
    const attempt = new NativeAttempt(transport, connectionTo(findProvider(provider)!, settings), {
      ...{ attemptId: 'c:1', dialect, upstreamModel: 'm', native: { provider, method, path, ...below } },
      headers: { 'x-new': 'feature', authorization: 'Bearer of-client', 'accept-language': 'eo' },
      contentType: 'application/vnd.new+json',
      body: Buffer.from(body),
    });
    const answer = await attempt.open({ clocks: CLOCKS, signal: new AbortController().signal });
    return { attempt, answer };
  };

  const textOf = async ({ data, stream }: Answer): Promise<string> => {
    if (data !== null) return Buffer.from(data).toString();
    const parts: Uint8Array[] = [];
    for (let part = await stream.next(); part !== null; part = await stream.next())
      parts.push(Buffer.from(part));
    return Buffer.concat(parts).toString();
  };

  it.each([
    ['openai', '/v1/responses/resp_1/input_items?limit=3'],
    ['azure', '/v1/openai/responses/resp_1/input_items?limit=3&api-version=2025-04-01-preview'],
  ])('asks below an endpoint of %s', async (provider, url) => {
    reply = { status: 200, type: 'application/json', body: '{}' };
    const asked = { method: 'GET', path: '/resp_1/input_items?limit=3', provider } as const;
    await open({ ...asked, endpoint: 'openai-responses' });
    expect(seen[0]).toMatchObject({ method: 'GET', url });
  });

  it('asks nobody below an endpoint that the provider has not', async () => {
    const asked = open({ path: '/resp_1', provider: 'anthropic', endpoint: 'openai-responses' });
    await expect(asked).rejects.toMatchObject({ code: 'endpoint_unsupported' });
  });

  it('sends what it is given, with the deployment’s credentials', async () => {
    reply = { status: 201, type: 'text/plain', body: 'made' };
    const { answer } = await open({ method: 'PUT', body: '\u0001 anything' });
    expect(seen).toMatchObject([
      {
        method: 'PUT',
        url: '/v1/x?a=1',
        body: '\u0001 anything',
        headers: {
          authorization: 'Bearer key-of-deployment',
          'content-type': 'application/vnd.new+json',
          'x-new': 'feature',
          'accept-language': 'eo',
        },
      },
    ]);
    expect(answer).toMatchObject({ status: 201, contentType: 'text/plain', stream: null });
    expect([await textOf(answer), answer.headers['llm_provider-x-ratelimit-new']]).toEqual(['made', 'yes']);
  });

  it('gives the provider’s error as it is, and bills nothing', async () => {
    reply = { status: 429, type: 'application/json', body: '{"error":{"message":"slow down"}}' };
    const { answer, attempt } = await open({ dialect: 'openai-chat' });
    expect([answer.status, await textOf(answer)]).toEqual([429, reply.body]);
    expect(attempt.progress.usage).toEqual(NO_USAGE);
  });

  it('reads the usage of an answer that it knows, and changes no byte of it', async () => {
    const body =
      '{ "id":"a", "model":"theirs", "new":1e0, "usage":{"prompt_tokens":7,"completion_tokens":2} }';
    reply = { status: 200, type: 'application/json', body };
    const { answer, attempt } = await open({ dialect: 'openai-chat' });
    expect(await textOf(answer)).toBe(body);
    expect(attempt.progress).toMatchObject({ usage: { input: 7, output: 2 }, finished: true });
  });

  it('and of a stream, event by event, unknown ones too', async () => {
    const body =
      'event: brand.new\ndata: {"type":"brand.new"}\n\n' +
      'data: {"id":"a","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n' +
      'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\ndata: [DONE]\n\n';
    reply = { status: 200, type: 'text/event-stream', body };
    const { answer, attempt } = await open({ dialect: 'openai-chat' });
    expect(await textOf(answer)).toBe(body);
    expect(attempt.progress).toMatchObject({ usage: { input: 7, output: 2 }, characters: 2 });
  });

  it('a stream that nobody can read comes through as well', async () => {
    reply = { status: 200, type: 'text/event-stream', body: 'what: ever\n\n' };
    expect(await textOf((await open()).answer)).toBe('what: ever\n\n');
  });

  it('sends no body type where there is no body', async () => {
    await open({ method: 'GET' });
    expect(seen[0]).toMatchObject({ method: 'GET', body: '' });
    expect(seen[0]?.headers['content-type']).toBeUndefined();
  });
});

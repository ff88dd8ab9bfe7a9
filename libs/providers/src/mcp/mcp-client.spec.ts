import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError, type RpcMessage } from '@tollgate/contracts';
import { resultOf, startMcpServer, type TestMcpServer } from '@tollgate/testing';
import { Transport } from '../kit/transport.js';
import { McpClient, type McpRequest } from './mcp-client.js';
import { mcpTarget, type McpEndpoint } from './mcp-target.js';

let server: TestMcpServer;
let transport: Transport;
let client: McpClient;
beforeEach(async () => {
  server = await startMcpServer();
  transport = new Transport();
  client = new McpClient(transport);
});
afterEach(async () => {
  await client.close();
  await transport.close();
  await server.close();
});

const endpoint = (changes: Partial<McpEndpoint> = {}): McpEndpoint => ({
  name: 'tools',
  url: server.url,
  transport: 'http',
  authType: 'bearer_token',
  authValue: 'secret-of-the-server',
  headers: {},
  timeoutMs: 10_000,
  ...changes,
});

const CALL: RpcMessage = { jsonrpc: '2.0', id: 'client-1', method: 'tools/call', params: { name: 'find' } };

async function asked(
  changes: Partial<McpRequest> = {},
  own: Partial<McpEndpoint> = {},
): Promise<RpcMessage[]> {
  const messages: RpcMessage[] = [];
  const request: McpRequest = {
    target: mcpTarget(endpoint(own)),
    owner: 'key-1',
    message: CALL,
    signal: new AbortController().signal,
    deadline: Date.now() + 10_000,
    sending: () => undefined,
    ...changes,
  };
  for await (const message of client.request(request)) messages.push(message);
  return messages;
}

describe('streamable HTTP', () => {
  it('begins a session once, with the credential, and gives the client’s own id back', async () => {
    server.handle = ({ message, json }) => json(resultOf(message, { content: [] }));
    expect(await asked()).toEqual([{ jsonrpc: '2.0', id: 'client-1', result: { content: [] } }]);
    await asked();
    expect(server.begun).toBe(1);
    expect(server.seen[0]!.headers).toMatchObject({
      authorization: 'Bearer secret-of-the-server',
      'mcp-session-id': 'session-1',
      'mcp-protocol-version': '2025-06-18',
    });
    const ids = server.seen.map(({ message }) => message.id);
    expect(new Set(ids).size).toBe(2);
  });

  it('nobody shares a session', async () => {
    await Promise.all([asked(), asked({ owner: 'key-2' }), asked({}, { headers: { 'x-user': 'u' } })]);
    expect(server.begun).toBe(3);
  });

  it('passes progress on, under the client’s own token', async () => {
    server.handle = ({ message, events }) => {
      const { progressToken } = message.params!['_meta'] as { progressToken: unknown };
      events([
        { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress: 1 } },
        resultOf(message, { content: [] }),
      ]);
    };
    const message = { ...CALL, params: { name: 'find', _meta: { progressToken: 'mine' } } };
    expect(await asked({ message })).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'mine', progress: 1 } },
      { id: 'client-1', result: { content: [] } },
    ]);
  });

  it('answers what a server asks in the middle, so that it goes on', async () => {
    server.handle = ({ message, events }) => {
      events([{ jsonrpc: '2.0', id: 'ask', method: 'sampling/createMessage', params: {} }], { end: false });
      server.hear = (heard) => {
        if (heard.id === 'ask' && heard.error !== undefined) events([resultOf(message, { content: [] })]);
      };
    };
    expect(await asked()).toMatchObject([{ id: 'client-1' }]);
  });

  it('begins another session when the server forgot the first, and asks again', async () => {
    await asked();
    server.sessions.clear();
    expect(await asked()).toMatchObject([{ id: 'client-1', result: {} }]);
    expect([server.begun, server.seen.length]).toEqual([2, 2]);
  });

  it('says what a server refuses, without the credential', async () => {
    server.handle = ({ response }) => {
      response.writeHead(403).end('{"error":{"message":"not with secret-of-the-server"}}');
    };
    await expect(asked()).rejects.toMatchObject({
      code: 'upstream_permission',
      message: expect.not.stringContaining('secret-of-the-server') as unknown,
    });
  });

  it.each([
    ['dies before its answer', 'upstream_connection', false],
    ['dies in the middle of its answer', 'upstream_stream_broken', true],
  ])('a server that %s is %s', async (_what, code, begins) => {
    server.handle = ({ events, response }) => {
      if (begins) events([{ jsonrpc: '2.0', method: 'notifications/message', params: {} }], { end: false });
      setImmediate(() => response.destroy());
    };
    await expect(asked()).rejects.toMatchObject({ code });
  });

  it('a server that is silent for too long is given up, and told', async () => {
    server.handle = () => undefined;
    await expect(asked({}, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'upstream_timeout' });
    await heard('notifications/cancelled');
  });

  it('a caller that leaves cancels the request at the server', async () => {
    const controller = new AbortController();
    server.handle = () => controller.abort(new GatewayError('cancelled', 'gone'));
    await expect(asked({ signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    await heard('notifications/cancelled');
    server.handle = ({ message, json }) => json(resultOf(message, {}));
    await asked();
    expect(server.begun).toBe(1);
  });

  it('a server that is not there is no secret, and may come back', async () => {
    await expect(asked({}, { url: 'http://127.0.0.1:1/mcp' })).rejects.toMatchObject({
      code: 'upstream_connection',
    });
    expect(await asked()).toHaveLength(1);
  });
});

describe('the older transport', () => {
  let stream: ServerResponse | undefined;
  const old = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: endpoint\ndata: /messages?session=1\n\n');
      stream = response;
      return;
    }
    request.on('data', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as RpcMessage;
      response.writeHead(202).end();
      if (message.id === undefined) return;
      const answer = resultOf(message, { path: request.url });
      stream?.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`);
    });
  });
  beforeAll(() => new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve)));
  afterAll(
    () =>
      new Promise<void>((resolve) => {
        old.close(() => resolve());
        old.closeAllConnections();
      }),
  );

  const call = () => {
    const url = `http://127.0.0.1:${(old.address() as AddressInfo).port}/sse`;
    return asked({}, { url, transport: 'sse' });
  };

  it('has one stream for all answers', async () => {
    expect(await Promise.all([call(), call()])).toMatchObject([
      [{ id: 'client-1', result: { path: '/messages?session=1' } }],
      [{ id: 'client-1' }],
    ]);
  });

  it('opens another stream when the first is closed', async () => {
    await call();
    stream?.destroy();
    // The first may be on its way when the stream breaks.
    expect(await call().catch(call)).toHaveLength(1);
  });
});

async function heard(method: string): Promise<void> {
  const until = Date.now() + 2_000;
  while (!server.seen.some(({ message }) => message.method === method) && Date.now() < until)
    await new Promise(setImmediate);
  expect(server.seen.map(({ message }) => message.method)).toContain(method);
}

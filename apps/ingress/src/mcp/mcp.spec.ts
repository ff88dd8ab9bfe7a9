import type { ResponseFrame } from '@tollgate/bus';
import {
  GatewayError,
  NO_USAGE,
  findKey,
  findScopes,
  mcpCancelled,
  type McpHeader,
  type McpRequestName,
  type RpcMessage,
} from '@tollgate/contracts';
import { HEAD, MASTER_KEY, VIRTUAL_KEY, data, foundKey, startIngress, type Harness } from '../_harness.js';
import { mcpServer } from './_mcp-stage.js';
import { OpenToolCalls } from './open-tool-calls.js';

let ingress: Harness;
/** What the servers answer: to each request some messages, the response last. */
let respond: (header: McpHeader, message: RpcMessage) => readonly object[];

const servers = [
  mcpServer('search', { costNanos: 2_000_000, extraHeaders: ['x-user', 'authorization'] }),
  mcpServer('docs', { accessGroups: ['office'], disallowedTools: new Set(['erase']) }),
  mcpServer('open', { allowAllKeys: true }),
];

beforeEach(async () => {
  ingress = await startIngress({}, { mcpServers: servers });
  respond = ({ server }, { id, method }) => {
    const tools = [
      { name: 'find', inputSchema: {} },
      { name: 'erase', inputSchema: {} },
    ];
    const result = method === 'tools/list' ? { tools } : { content: [{ type: 'text', text: server }] };
    return [{ jsonrpc: '2.0', id, result }];
  };
  ingress.bus.frames = async function* (): AsyncGenerator<ResponseFrame> {
    const { header, body } = ingress.bus.calls.at(-1)!;
    const asked = header as unknown as McpHeader;
    yield { type: 'head', head: HEAD };
    for (const message of respond(asked, JSON.parse(body) as RpcMessage))
      yield data(`${JSON.stringify(message)}\n`);
    yield { type: 'end', end: { usage: NO_USAGE, costNanos: asked.server === 'search' ? 2_000_000 : 0 } };
  };
  ingress.bus.reply(findKey, () => foundKey());
});
afterEach(() => ingress.close());

const asKey = { authorization: `Bearer ${VIRTUAL_KEY}` };
const rpc = (method: string, params: object = {}): object => ({ jsonrpc: '2.0', id: 'a', method, params });

async function asked(
  method: string,
  params: object = {},
  { path = '/mcp', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<RpcMessage> {
  const response = await ingress.post(path, rpc(method, params), headers);
  expect(response.status).toBe(200);
  return (await response.json()) as RpcMessage;
}

const toolsOf = async (options: Parameters<typeof asked>[2]): Promise<string> => {
  const { result } = await asked('tools/list', {}, options);
  return (result!['tools'] as { name: string }[]).map(({ name }) => name).join(' ');
};

const permit = (key: object, team?: object): void => {
  ingress.bus.reply(findKey, () => foundKey({ teamId: 'red', settings: { object_permission: key } }));
  if (team === undefined) return;
  const record = { kind: 'team', id: 'red', alias: null, blocked: false, models: [], metadata: {} };
  ingress.bus.replies.set(findScopes.subject, () => ({
    scopes: [{ ...record, limits: foundKey().key.limits, objectPermission: team }],
  }));
};

describe('the protocol', () => {
  it('agrees on a version, and is one server with what many have', async () => {
    const { result } = await asked('initialize', { protocolVersion: '2025-03-26', capabilities: {} });
    expect(result).toMatchObject({
      protocolVersion: '2025-03-26',
      capabilities: { tools: {}, prompts: {}, resources: {} },
      serverInfo: { name: 'tollgate' },
    });
    const { result: other } = await asked('initialize', { protocolVersion: '2099-01-01' });
    expect(other).toMatchObject({ protocolVersion: '2025-06-18' });
    expect(await asked('ping')).toEqual({ jsonrpc: '2.0', id: 'a', result: {} });
    expect(await asked('tasks/list')).toMatchObject({ id: 'a', error: { code: -32601 } });
  });

  it('takes notifications, and tells what is no message', async () => {
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const response = await ingress.post('/mcp', notification);
    expect([response.status, await response.text()]).toEqual([202, '']);
    for (const [body, code] of [
      ['{', -32700],
      ['[]', -32600],
      ['{"id":1}', -32600],
    ] as const) {
      const refused = await ingress.post('/mcp', body);
      expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code } }]);
    }
    const old = await ingress.post('/mcp', rpc('ping'), { 'mcp-protocol-version': '1999-01-01' });
    expect(old.status).toBe(400);
    expect((await ingress.get('/mcp')).status).toBe(405);
    expect((await fetch(`${ingress.url}/mcp`, { method: 'POST' })).status).toBe(401);
  });
});

describe('tools', () => {
  it('are listed under the names of their servers, for those who may use them', async () => {
    expect(await toolsOf({})).toBe('search-find search-erase docs-find open-find open-erase');
    expect(await toolsOf({ headers: asKey })).toBe('open-find open-erase');
  });

  it.each([
    ['/mcp/search', {}, 'search-find search-erase'],
    ['/docs/mcp', {}, 'docs-find'],
    ['/mcp/search,office', {}, 'search-find search-erase docs-find'],
    ['/mcp', { 'x-mcp-servers': 'docs' }, 'docs-find'],
    ['/mcp', { 'x-mcp-access-groups': 'office' }, 'docs-find'],
  ])('at %s with %j are some alone', async (path, headers, names) => {
    expect(await toolsOf({ path, headers })).toBe(names);
  });

  it('of a server that is not for the key are not found', async () => {
    expect((await ingress.post('/mcp/search', rpc('tools/list'), asKey)).status).toBe(404);
  });

  it('are those of key and team', async () => {
    permit({ mcp_servers: ['search'], mcp_tool_permissions: { search: ['find'] } });
    expect(await toolsOf({ headers: asKey })).toBe('search-find open-find open-erase');
    expect(await asked('tools/call', { name: 'search-erase' }, { headers: asKey })).toMatchObject({
      error: { code: -32602, data: { code: 'invalid_request' } },
    });
    expect(await asked('tools/call', { name: 'docs-find' }, { headers: asKey })).toHaveProperty('error');
    expect(ingress.bus.calls.filter(({ header }) => 'tool' in header)).toEqual([]);
  });

  it('of a key without permission are its team’s', async () => {
    permit({}, { mcp_access_groups: ['office'] });
    expect(await toolsOf({ headers: asKey })).toBe('docs-find open-find open-erase');
  });

  it('are asked of the server under its own name, with the headers that it is to get', async () => {
    const params = { name: 'search-find', arguments: { q: 1 } };
    const headers = { 'x-user': 'me', 'x-other': 'no' };
    const response = await ingress.post('/mcp', rpc('tools/call', params), headers);
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      result: { content: [{ type: 'text', text: 'search' }] },
    });
    expect(response.headers.get('x-litellm-response-cost')).toBe('0.002');
    const { header, body } = ingress.bus.calls[0]!;
    expect(header).toMatchObject({
      ...{ server: 'search', tool: 'find' },
      call: { model: 'MCP: search-find', headers: { 'x-user': 'me' } },
    });
    expect(JSON.parse(body)).toMatchObject({ params: { name: 'find', arguments: { q: 1 } } });
    expect(await asked('tools/call', { name: 'find' }, { path: '/mcp/docs' })).toHaveProperty('result');
  });

  it('never show the gateway’s key to a server, whatever headers it is to get', async () => {
    const seen = async (headers: Record<string, string>): Promise<unknown> => {
      await asked('tools/call', { name: 'search-find' }, { headers });
      return (ingress.bus.calls.at(-1)?.header as unknown as McpHeader).call.headers;
    };
    expect(await seen({})).toEqual({});
    const own = { authorization: 'Bearer of-the-server', 'x-litellm-api-key': MASTER_KEY };
    expect(await seen(own)).toEqual({ authorization: 'Bearer of-the-server' });
  });

  it('stream what comes before the response to a client that takes streams', async () => {
    const note = {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 1 },
    };
    const answer = respond;
    respond = (header, message) => [note, ...answer(header, message)];
    const headers = { accept: 'application/json, text/event-stream' };
    const response = await ingress.post('/mcp', rpc('tools/call', { name: 'open-find' }), headers);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = (await response.text()).split('\n\n').filter((event) => event !== '');
    expect(
      events.map((event) => JSON.parse(event.replace('event: message\ndata: ', '')) as object),
    ).toMatchObject([note, { id: 'a', result: {} }]);
    expect(await asked('tools/call', { name: 'open-find' })).toMatchObject({ id: 'a', result: {} });
  });

  it('of a stream that breaks off end in the error', async () => {
    const note = data(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: {} })}\n`);
    ingress.bus.frames = async function* (): AsyncGenerator<ResponseFrame> {
      yield { type: 'head', head: HEAD };
      yield note;
      throw new GatewayError('upstream_stream_broken', 'it broke off');
    };
    const headers = { accept: 'text/event-stream' };
    const response = await ingress.post('/mcp', rpc('tools/call', { name: 'open-find' }), headers);
    const last = (await response.text()).trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last.replace('data: ', ''))).toMatchObject({
      ...{ id: 'a', error: { message: 'it broke off', data: { code: 'upstream_stream_broken' } } },
    });
  });

  it('are taken back by the client that called them, on every replica', async () => {
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } };
    const session = { 'mcp-session-id': 's' };
    await ingress.post('/mcp', cancelled);
    expect(ingress.bus.published).toEqual([]);
    expect((await ingress.post('/mcp', cancelled, session)).status).toBe(202);
    const { keyHash } = ingress.bus.published[0]!.event as McpRequestName;
    expect(ingress.bus.published).toEqual([
      { subject: mcpCancelled.subject, event: { keyHash, session: 's', requestId: 'a' } },
    ]);
    const calls = ingress.app.get(OpenToolCalls);
    const response = respond;
    const seen: boolean[] = [];
    respond = (header, message) => {
      for (const other of [{ session: 't' }, { requestId: 'b' }, { keyHash: 'other' }, {}]) {
        calls.cancel({ keyHash, session: 's', requestId: 'a', ...other });
        seen.push(ingress.bus.calls[0]!.cancelled);
      }
      return response(header, message);
    };
    await asked('tools/call', { name: 'open-find' }, { headers: session });
    expect(seen).toEqual([false, false, false, true]);
  });

  it('of a server that is away are left out, and the list says so', async () => {
    const answer = respond;
    respond = (header, message) => {
      if (header.server === 'docs') throw new GatewayError('upstream_connection', 'docs is away');
      return answer(header, message);
    };
    const { result } = await asked('tools/list');
    expect(result).toMatchObject({ _meta: { 'tollgate/unavailable': { docs: 'docs is away' } } });
    expect(await asked('tools/list', {}, { path: '/mcp/docs' })).toMatchObject({
      error: { message: 'docs is away', data: { code: 'upstream_connection' } },
    });
  });

  it('have LiteLLM’s REST too', async () => {
    const list = await (await ingress.get('/mcp-rest/tools/list?server_id=search')).json();
    expect(list).toMatchObject({
      tools: [{ name: 'find', mcp_info: { server_name: 'search' } }, { name: 'erase' }],
      error: null,
    });
    const call = await ingress.post('/mcp-rest/tools/call', {
      server_id: 'search',
      name: 'find',
      arguments: {},
    });
    expect([call.status, await call.json()]).toEqual([200, { content: [{ type: 'text', text: 'search' }] }]);
    const unknown = await ingress.post('/mcp-rest/tools/call', { name: 'find' });
    expect([unknown.status, await unknown.json()]).toMatchObject([400, { error: { param: 'name' } }]);
  });
});

describe('limits', () => {
  beforeEach(() => {
    permit({ mcp_servers: ['search', 'docs'] });
    const { limits } = foundKey().key;
    const budgets = [{ window: null, maxNanos: 1_000, softNanos: null }];
    ingress.bus.reply(findKey, () =>
      foundKey({
        settings: { object_permission: { mcp_servers: ['search', 'docs'] } },
        limits: { ...limits, requestsPerMinute: 5, budgets },
      }),
    );
  });

  it('a call holds what it costs, and is settled with it', async () => {
    ingress.state.decide = () => ({ granted: true, remaining: [], heldNanos: 2_000_000, budgets: [] });
    await asked('tools/call', { name: 'search-find' }, { headers: asKey });
    expect(ingress.state.admitted[0]).toMatchObject({ tokens: 0, cost: { mostNanos: 2_000_000 } });
    const { call } = ingress.bus.calls[0]!.header as unknown as McpHeader;
    expect(call.counters).toHaveLength(1);
    expect(ingress.state.settled[0]).toMatchObject({ costNanos: 2_000_000, attemptId: `${call.id}:1` });
  });

  it('a call that no budget pays for is not made', async () => {
    ingress.state.decide = () => ({
      ...{ granted: false, kind: 'budget', scope: 'key:h', counter: 'c', window: null, resetAt: null },
      ...{ maxNanos: 1_000, spentNanos: 1_000, dueNanos: 0, heldNanos: 0 },
    });
    expect(await asked('tools/call', { name: 'search-find' }, { headers: asKey })).toMatchObject({
      error: { code: -32000, data: { code: 'budget_exceeded', status: 422 } },
    });
    expect(ingress.bus.calls).toEqual([]);
  });

  it('a free tool asks no budget, and counts as a request', async () => {
    await asked('tools/call', { name: 'docs-find' }, { headers: asKey });
    expect(ingress.state.admitted[0]).toMatchObject({ budgets: [], cost: null });
    expect(ingress.state.admitted[0]?.scopes).toHaveLength(1);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InProcessBus, type ResponseFrame } from '@tollgate/bus';
import { LiveConfig, LiveVariables, demoConfig, type McpServer } from '@tollgate/config';
import {
  callHeader,
  mcpCall,
  usageRecorded,
  type McpHeader,
  type RpcMessage,
  type UsageEvent,
} from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { McpClient, Transport } from '@tollgate/providers';
import { resultOf, startMcpServer, type TestMcpServer } from '@tollgate/testing';
import { McpRunner } from './mcp-runner.js';
import { McpTargets } from './mcp-targets.js';

setLogLevel('silent');

let server: TestMcpServer;
let bus: InProcessBus;
let directory: string;
let runner: McpRunner;
let transport: Transport;
let client: McpClient;
const events: UsageEvent[] = [];

const configured = (): McpServer => ({
  name: 'tools',
  url: { env: 'TOOLS_URL' },
  transport: 'http',
  authType: 'api_key',
  authValue: { env: 'TOOLS_KEY' },
  staticHeaders: { 'x-fixed': 'gateway' },
  extraHeaders: ['x-user', 'x-fixed'],
  allowedTools: null,
  disallowedTools: new Set(),
  accessGroups: [],
  allowAllKeys: false,
  timeoutMs: 10_000,
  costNanos: 1_000,
  toolCostNanos: new Map([['dear', 5_000]]),
  info: {},
});

beforeEach(async () => {
  events.length = 0;
  server = await startMcpServer();
  directory = mkdtempSync(join(tmpdir(), 'tollgate-mcp-'));
  bus = await InProcessBus.open({ dataDirectory: directory });
  transport = new Transport();
  client = new McpClient(transport);
  const config = new LiveConfig({ ...demoConfig(), mcpServers: new Map([['tools', configured()]]) });
  const variables = new LiveVariables({ TOOLS_URL: server.url, TOOLS_KEY: 'key-of-the-tools' });
  runner = new McpRunner(new McpTargets(config, variables), client, bus);
  await bus.serve({
    service: 'worker',
    requests: new Map(),
    events: new Map(),
    durables: new Map([
      [usageRecorded.subject, async (batch) => void events.push(...(batch as UsageEvent[]))],
    ]),
    calls: new Map([
      [
        mcpCall.subject,
        async (header, context) => {
          await runner.run(header as McpHeader, context);
          return undefined;
        },
      ],
    ]),
  });
});
afterEach(async () => {
  await client.close();
  await bus.close();
  await transport.close();
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const principal = {
  ...{ keyHash: 'h', keyAlias: null, userId: 'u', teamId: 't', organizationId: null, projectId: null },
  ...{ isAdmin: false, models: [] },
};

const headerOf = (tool: string | undefined): McpHeader => ({
  call: callHeader.parse({
    ...{ id: 'call', dialect: 'native', model: 'MCP: tools-find', stream: false, includeUsage: false },
    ...{ principal, endUser: null, tags: [], inputTokens: 0, counters: ['c'] },
    ...{ startedAt: Date.now(), deadline: Date.now() + 10_000 },
    headers: { 'x-user': 'me', 'x-fixed': 'client', 'x-other': 'no' },
  }),
  server: 'tools',
  ...(tool !== undefined && { tool }),
});

async function asked(tool?: string): Promise<ResponseFrame[]> {
  const message: RpcMessage = {
    jsonrpc: '2.0',
    id: 1,
    method: tool === undefined ? 'tools/list' : 'tools/call',
  };
  const header = headerOf(tool);
  const frames: ResponseFrame[] = [];
  const body = Buffer.from(JSON.stringify(message));
  for await (const frame of bus.call(mcpCall, header, body, { id: 'call', deadline: header.call.deadline }))
    frames.push(frame);
  return frames;
}

/** The events of the ledger when everything is told. */
async function billed(): Promise<UsageEvent[]> {
  await bus.drain(1_000);
  return events;
}

it('hands on notifications and the response as lines, and bills the tool', async () => {
  const note = { jsonrpc: '2.0', method: 'notifications/message', params: {} };
  server.handle = ({ message, events: tell }) => tell([note, resultOf(message, { content: [] })]);
  const frames = await asked('dear');
  const lines = frames.flatMap((frame) =>
    frame.type === 'data' ? [Buffer.from(frame.data).toString()] : [],
  );
  expect(lines.join('')).toBe(`${JSON.stringify(note)}\n{"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n`);
  expect(frames.at(-1)).toMatchObject({ end: { costNanos: 5_000 } });
  expect(await billed()).toMatchObject([
    {
      ...{ id: 'call:1', status: 'complete', costNanos: 5_000, provider: 'mcp', deploymentId: 'mcp:tools' },
      ...{ upstreamModel: 'MCP: tools-find', keyHash: 'h', teamId: 't', counters: ['c'] },
    },
  ]);
});

it('sends the credential, fixed headers and those of the client that the server is to get', async () => {
  await asked();
  const { headers } = server.seen[0]!;
  expect(headers).toMatchObject({ 'x-api-key': 'key-of-the-tools', 'x-user': 'me', 'x-fixed': 'gateway' });
  expect(headers).not.toHaveProperty('x-other');
  expect(await billed()).toEqual([]);
});

it.each<[what: string, handle: TestMcpServer['handle'], expected: object]>([
  [
    'tells of its own failure',
    ({ message, json }) => json(resultOf(message, { isError: true })),
    { costNanos: 1_000, status: 'complete' },
  ],
  [
    'is unknown',
    ({ message, json }) =>
      json({ jsonrpc: '2.0', id: message.id, error: { code: -32602, message: 'unknown' } }),
    { costNanos: 0, status: 'failed' },
  ],
])('a tool that %s', async (_what, handle, expected) => {
  server.handle = handle;
  await asked('find');
  expect(await billed()).toMatchObject([expected]);
});

it.each<[what: string, handle: TestMcpServer['handle'], expected: object]>([
  ['dies', ({ response }) => void response.destroy(), { costNanos: 0, status: 'failed' }],
  [
    'breaks off',
    ({ events: tell, response }) => {
      tell([{ jsonrpc: '2.0', method: 'notifications/message', params: {} }], { end: false });
      setImmediate(() => response.destroy());
    },
    { costNanos: 1_000, status: 'partial', errorCode: 'upstream_stream_broken' },
  ],
])('a server that %s', async (_what, handle, expected) => {
  server.handle = handle;
  await expect(asked('find')).rejects.toThrow('MCPException');
  expect(await billed()).toMatchObject([expected]);
});

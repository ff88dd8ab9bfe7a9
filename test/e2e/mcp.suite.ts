import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { resultOf, type McpExchange, type TestMcpServer } from '@tollgate/testing';
import { MASTER_KEY, eventually, json } from './_seed.js';

export interface McpSubject {
  readonly url: string;
  /** The MCP server behind the gateway. */
  readonly server: TestMcpServer;
}

/** What workers alone are given. */
export const WORKER_VARIABLES = { TOOLS_TOKEN: 'token-of-the-tools-do-not-leak' };

export const mcpConfig = (url: string): object => ({
  model_list: [],
  mcp_servers: {
    tools: {
      ...{ url, auth_type: 'bearer_token', auth_value: 'os.environ/TOOLS_TOKEN' },
      mcp_info: { mcp_server_cost_info: { default_cost_per_query: 0.01 } },
    },
    away: { url: 'http://127.0.0.1:1/mcp', access_groups: ['rare'] },
  },
  general_settings: { master_key: MASTER_KEY },
});

const TOOLS = [
  { name: 'echo', description: 'says it again', inputSchema: { type: 'object', properties: {} } },
  { name: 'wait', inputSchema: { type: 'object', properties: {} } },
];

/** A server with tools that say their input again, with progress where it is wanted. */
function tools({ message, json: answer, events }: McpExchange): void {
  const { method, params = {} } = message;
  if (method === 'tools/list') {
    answer(resultOf(message, { tools: TOOLS }));
    return;
  }
  // It never answers: whoever waits leaves.
  if (params['name'] === 'wait') return;
  const text = JSON.stringify(params['arguments']);
  const progressToken = (params['_meta'] as { progressToken?: unknown } | undefined)?.progressToken;
  const progress = {
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken, progress: 1 },
  };
  const result = resultOf(message, { content: [{ type: 'text', text }] });
  if (progressToken === undefined) answer(result);
  else events([progress, result]);
}

/** What further tests of the same gateway need. */
export interface McpTools {
  keyWith(fields: object): Promise<string>;
  client(key: string): Promise<Client>;
  rows(key: string): Promise<Record<string, unknown>[]>;
}

/** MCP servers behind the gateway, in either mode. */
export function describeMcp(subject: () => McpSubject): McpTools {
  const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const headers = { ...json, authorization: `Bearer ${MASTER_KEY}` };
    const response = await fetch(subject().url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const keyWith = async (fields: object): Promise<string> =>
    String((await call('/key/generate', fields))['key']);
  const rows = async (key: string): Promise<Record<string, unknown>[]> => {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    return (await (await fetch(`${subject().url}/spend/logs?api_key=${key}`, { headers })).json()) as Record<
      string,
      unknown
    >[];
  };
  const client = async (key: string, path = '/mcp'): Promise<Client> => {
    const made = new Client({ name: 'spec', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${key}` } };
    const transport = new StreamableHTTPClientTransport(new URL(subject().url + path), { requestInit });
    await made.connect(transport);
    return made;
  };

  beforeEach(() => {
    subject().server.handle = tools;
  });

  describe('MCP servers', () => {
    it('serve the official client, and what they did is in the ledger', async () => {
      const key = await keyWith({ object_permission: { mcp_servers: ['tools'] } });
      const made = await client(key);
      expect((await made.listTools()).tools.map(({ name }) => name)).toEqual(['tools-echo', 'tools-wait']);
      const heard: number[] = [];
      const options = { onprogress: ({ progress }: { progress: number }) => void heard.push(progress) };
      const wanted = { name: 'tools-echo', arguments: { a: 1 } };
      const answer = await made.callTool(wanted, undefined, options);
      expect([answer.content, heard]).toEqual([[{ type: 'text', text: '{"a":1}' }], [1]]);
      await made.close();
      const found = await eventually(
        () => rows(key),
        (all) => all.length > 0,
      );
      expect(found).toMatchObject([
        {
          ...{ call_type: 'call_mcp_tool', model: 'MCP: tools-echo', spend: 0.01, status: 'success' },
          ...{ custom_llm_provider: 'mcp', model_id: 'mcp:tools' },
        },
      ]);
      expect(JSON.stringify(found)).not.toContain(WORKER_VARIABLES.TOOLS_TOKEN);
      expect(subject().server.seen.at(-1)?.headers.authorization).toBe(
        `Bearer ${WORKER_VARIABLES.TOOLS_TOKEN}`,
      );
    });

    it('are for nobody without permission, and a change of it holds at once', async () => {
      const key = await keyWith({});
      const made = await client(key);
      expect((await made.listTools()).tools).toEqual([]);
      await expect(made.callTool({ name: 'tools-echo' })).rejects.toThrow('this key may not use it');
      const object_permission = { mcp_tool_permissions: { tools: ['echo'] } };
      expect(await call('/key/update', { key, object_permission })).toMatchObject({ object_permission });
      const names = async (): Promise<string[]> => (await made.listTools()).tools.map(({ name }) => name);
      await eventually(names, (found) => found.join() === 'tools-echo');
      await made.close();
    });

    it('are those of the team for a key that says nothing', async () => {
      const team = await call('/team/new', { object_permission: { mcp_servers: ['tools'] } });
      const key = await keyWith({ team_id: team['team_id'] });
      const made = await client(key, '/tools/mcp');
      expect((await made.listTools()).tools).toHaveLength(2);
      await made.close();
    });

    it('are called no more than a budget pays for', async () => {
      const key = await keyWith({ max_budget: 0.025, object_permission: { mcp_servers: ['tools'] } });
      const made = await client(key);
      const wanted = { name: 'tools-echo', arguments: {} };
      const calls = await Promise.allSettled(Array.from({ length: 8 }, () => made.callTool(wanted)));
      expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      await expect(made.callTool(wanted)).rejects.toThrow('Budget has been exceeded');
      await made.close();
      const found = await eventually(
        () => rows(key),
        (all) => all.length === 2,
      );
      expect(found.map(({ spend }) => spend)).toEqual([0.01, 0.01]);
    });

    it('may forget their sessions, and one that is away hides no other', async () => {
      const made = await client(MASTER_KEY);
      subject().server.sessions.clear();
      const { tools: listed, _meta: meta } = await made.listTools();
      expect(listed.map(({ name }) => name)).toEqual(['tools-echo', 'tools-wait']);
      expect(meta).toHaveProperty(['tollgate/unavailable', 'away']);
      await expect(made.callTool({ name: 'away-any' })).rejects.toThrow('ECONNREFUSED');
      await made.close();
    });

    it('hear that a client has left', async () => {
      const made = await client(MASTER_KEY);
      const { server } = subject();
      const heard = new Promise<void>((resolve) => {
        server.hear = ({ method }) => {
          if (method === 'notifications/cancelled') resolve();
        };
      });
      const asked = new Promise<void>((resolve) => {
        server.handle = (exchange) => {
          tools(exchange);
          if (exchange.message.params?.['name'] === 'wait') resolve();
        };
      });
      const waiting = made.callTool({ name: 'tools-wait' });
      waiting.catch(() => undefined);
      await asked;
      await made.close();
      await heard;
      await expect(waiting).rejects.toThrow();
    });

    it('hear that a client does not want to wait any more', async () => {
      const made = await client(MASTER_KEY);
      const { server } = subject();
      const heard = new Promise<void>((resolve) => {
        server.hear = ({ method }) => {
          if (method === 'notifications/cancelled') resolve();
        };
      });
      const controller = new AbortController();
      server.handle = (exchange) => {
        tools(exchange);
        controller.abort();
      };
      const options = { signal: controller.signal };
      await expect(made.callTool({ name: 'tools-wait' }, undefined, options)).rejects.toThrow();
      await heard;
      await made.close();
    });

    it('have LiteLLM’s REST too', async () => {
      const answer = await call('/mcp-rest/tools/call', {
        ...{ server_id: 'tools', name: 'echo', arguments: { b: 2 } },
      });
      expect(answer).toEqual({ content: [{ type: 'text', text: '{"b":2}' }] });
    });
  });

  return { keyWith, client, rows };
}

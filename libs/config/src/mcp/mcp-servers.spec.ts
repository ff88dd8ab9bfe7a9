import { loadConfig } from '../load-config.js';
import { offersTool, toolCost } from './mcp-servers.js';

const read = (servers: string, variables: Record<string, string> = {}) =>
  loadConfig({ text: `model_list: []\nmcp_servers:\n${servers}`, file: 'a.yaml' }, variables, {
    needsMasterKey: false,
  });

it('reads a server in LiteLLM’s shape, its credential as a reference', () => {
  const { config } = read(`
  search:
    url: http://tools/mcp
    auth_type: bearer_token
    auth_value: os.environ/NOT_HERE
    static_headers: { X-Team: red }
    extra_headers: [X-User]
    allowed_tools: [search-find, count]
    disallowed_tools: [count]
    description: finds things
    mcp_info: { mcp_server_cost_info: { default_cost_per_query: 0.01, tool_name_to_cost_per_query: { find: 0.5 } } }`);
  const server = config.mcpServers.get('search')!;
  expect(server).toMatchObject({
    url: 'http://tools/mcp',
    transport: 'http',
    authType: 'bearer_token',
    authValue: { env: 'NOT_HERE' },
    staticHeaders: { 'x-team': 'red' },
    extraHeaders: ['x-user'],
    allowAllKeys: false,
    info: { server_name: 'search', description: 'finds things' },
  });
  expect(['find', 'count', 'other'].map((tool) => offersTool(server, tool))).toEqual([true, false, false]);
  expect(['find', 'count'].map((tool) => toolCost(server, tool))).toEqual([500_000_000, 10_000_000]);
});

it.each([
  ['a: { url: "http://h", transport: stdio, command: npx }', 'stdio is not served'],
  ['a: { transport: http }', 'mcp_servers.a.url'],
  ['a: { url: "ftp://h" }', 'must be a URL'],
  ['a-b: { url: "http://h" }', 'must be a name of letters'],
  ['a: { url: "http://h", auth_type: oauth2 }', 'expected none, bearer_token'],
  ['a: { url: "http://h", allowed_tool: [x] }', 'did you mean allowed_tools'],
])('refuses %s', (servers, problem) => {
  expect(() => read(`  ${servers}`)).toThrow(problem);
});

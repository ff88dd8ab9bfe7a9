import type { SettingRow } from './setting-row.js';

export const MCP_SETTINGS = {
  'mcp_servers.*': {
    url: ['required', 'where the server listens'],
    transport: ['`http`', '`http` (streamable) or `sse`, its predecessor; there is no `stdio`'],
    auth_type: [
      '`none`',
      '`none`, `bearer_token`, `api_key` (`X-API-Key`), `basic`, or `authorization` (the header as it is)',
    ],
    auth_value: ['none', 'the credential, best as `os.environ/NAME`: workers alone need it'],
    authentication_token: ['none', 'as `auth_value`'],
    static_headers: ['none', 'header → value, for every request to the server'],
    extra_headers: ['none', "names of the client's headers that the server gets"],
    allowed_tools: ['all', 'the tools that there are, by their own names or with the prefix of the server'],
    disallowed_tools: ['none', 'tools that there are not'],
    description: ['none', 'what the server is for'],
    access_groups: ['none', 'names that `mcp_access_groups` of keys and teams may hold'],
    allow_all_keys: ['`false`', 'every key may use it; else a key needs permission'],
    timeout: ['60', 'seconds for an answer of the server'],
    mcp_info: ['none', 'what a call of a tool costs'],
  },
  'mcp_servers.*.mcp_info': {
    server_name: ['the name', 'shown with the tools'],
    description: ['`description`', 'shown with the tools'],
    logo_url: ['none', 'shown with the tools'],
    mcp_server_cost_info: ['nothing', 'what a call of a tool costs'],
  },
  'mcp_servers.*.mcp_info.mcp_server_cost_info': {
    default_cost_per_query: ['0', 'dollars for a call of any tool'],
    tool_name_to_cost_per_query: ['none', 'tool → dollars for a call of it'],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;

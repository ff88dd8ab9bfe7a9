import type { McpServer } from '@tollgate/config';

/** A server of the config of which only this is said. */
export const mcpServer = (name: string, changes: Partial<McpServer> = {}): McpServer => ({
  name,
  url: 'http://127.0.0.1:1/mcp',
  transport: 'http',
  authType: 'none',
  authValue: null,
  staticHeaders: {},
  extraHeaders: [],
  allowedTools: null,
  disallowedTools: new Set(),
  accessGroups: [],
  allowAllKeys: false,
  timeoutMs: 10_000,
  costNanos: 0,
  toolCostNanos: new Map(),
  info: { server_name: name },
  ...changes,
});

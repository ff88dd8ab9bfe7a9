import { GatewayError, type RpcMessage } from '@tollgate/contracts';
import type { ErrorSource } from '../kit/upstream-error.js';

/** How an MCP server is reached; credentials are values here. */
export interface McpEndpoint {
  readonly name: string;
  readonly url: string;
  /** `http`: streamable HTTP. `sse`: its predecessor, with one stream for all answers. */
  readonly transport: 'http' | 'sse';
  readonly authType: 'none' | 'bearer_token' | 'api_key' | 'basic' | 'authorization';
  readonly authValue: string | null;
  /** Lower-case names; sent with every request, over what `authType` makes. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long the server may be silent. */
  readonly timeoutMs: number;
}

/** The same, ready to be used. */
export interface McpTarget {
  readonly name: string;
  readonly url: URL;
  readonly transport: McpEndpoint['transport'];
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly source: ErrorSource;
}

/** Throws `deployment_unavailable` where the URL is none, or a credential that it needs is missing. */
export function mcpTarget(endpoint: McpEndpoint): McpTarget {
  const { name, transport, timeoutMs, authType, authValue, headers } = endpoint;
  if (!URL.canParse(endpoint.url)) throw unavailable(name, 'has no usable url');
  if (authType !== 'none' && authValue === null) throw unavailable(name, 'has no auth_value');
  const url = new URL(endpoint.url);
  const secrets = [authValue ?? '', ...Object.values(headers), url.password, url.search.slice(1)];
  return {
    ...{ name, url, transport, timeoutMs },
    headers: { ...credentialHeader(authType, authValue ?? ''), ...headers },
    source: { label: 'MCP', secrets: secrets.filter((secret) => secret !== '') },
  };
}

const unavailable = (name: string, why: string): GatewayError =>
  new GatewayError('deployment_unavailable', `The MCP server ${name} ${why}.`);

function credentialHeader(type: McpEndpoint['authType'], value: string): Record<string, string> {
  switch (type) {
    case 'none':
      return {};
    case 'bearer_token':
      return { authorization: `Bearer ${value}` };
    case 'basic':
      return {
        authorization: `Basic ${value.includes(':') ? Buffer.from(value).toString('base64') : value}`,
      };
    case 'api_key':
      return { 'x-api-key': value };
    case 'authorization':
      return { authorization: value };
  }
}

/** What the gateway says of itself, and which version of the protocol it speaks. */
export const INITIALIZE: RpcMessage = {
  jsonrpc: '2.0',
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'tollgate', version: '0.1.0' },
  },
};

export const INITIALIZED: RpcMessage = { jsonrpc: '2.0', method: 'notifications/initialized' };

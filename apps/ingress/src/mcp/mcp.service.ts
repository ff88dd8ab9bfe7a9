import { Injectable } from '@nestjs/common';
import { GatewayError, type RpcMessage } from '@tollgate/contracts';
import { VERSION } from '../version.js';
import { McpLists, isListMethod } from './mcp-lists.js';
import { McpRequests } from './mcp-requests.js';
import type { McpVisit } from './mcp-visits.js';
import { namespaced, type PermittedServer } from './permitted-servers.js';
import { METHOD_NOT_FOUND } from './rpc-errors.js';
import { ToolCalls, type ToolCall } from './tool-calls.js';

/** Newest first. */
export const PROTOCOL_VERSIONS: readonly string[] = ['2025-06-18', '2025-03-26', '2024-11-05'];

/** What the gateway is to an MCP client: one server that has what many have. */
@Injectable()
export class McpService {
  constructor(
    private readonly lists: McpLists,
    private readonly requests: McpRequests,
    private readonly tools: ToolCalls,
  ) {}

  /** Rejects with a GatewayError. */
  async answer(visit: McpVisit, message: RpcMessage): Promise<McpAnswer> {
    const { method = '', id, params = {} } = message;
    const respond = (result: Record<string, unknown>): McpAnswer => ({
      response: { jsonrpc: '2.0', id, result },
    });
    if (isListMethod(method)) return respond(await this.lists.list(visit, method));
    switch (method) {
      case 'initialize':
        return respond(initialized(params['protocolVersion']));
      case 'ping':
        return respond({});
      case 'tools/call':
        return { call: await this.callTool(visit, message) };
      case 'prompts/get': {
        const { permitted, name } = find(visit, params['name'], 'prompt');
        const own = { ...message, params: { ...params, name } };
        return { response: await this.requests.ask(visit, permitted, own) };
      }
      case 'resources/read':
        return { response: await this.requests.ask(visit, onlyServer(visit), message) };
      default:
        return { response: unknownMethod(message) };
    }
  }

  /** Rejects with `invalid_request` where the caller may not use the tool, or with the errors of `Admission`. */
  callTool(visit: McpVisit, message: RpcMessage): Promise<ToolCall> {
    const { permitted, name: tool } = find(visit, message.params?.['name'], 'tool');
    const { server } = permitted;
    if (!permitted.allows(tool)) throw notFound('tool', namespaced(server, tool));
    return this.tools.open(visit, { server, tool }, message);
  }
}

/** The response to a request, or the tool that it calls. */
type McpAnswer = { readonly response: RpcMessage } | { readonly call: ToolCall };

const unknownMethod = ({ id, method = '' }: RpcMessage): RpcMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: METHOD_NOT_FOUND, message: `Method not found: ${method}` },
});

const initialized = (wanted: unknown): Record<string, unknown> => ({
  protocolVersion: PROTOCOL_VERSIONS.find((version) => version === wanted) ?? PROTOCOL_VERSIONS[0],
  capabilities: { tools: {}, prompts: {}, resources: {} },
  serverInfo: { name: 'tollgate', version: VERSION },
});

type Kind = 'tool' | 'prompt';

/** The server that a name begins with; where there is only one the name may be its own. */
function find(
  { servers }: McpVisit,
  name: unknown,
  kind: Kind,
): { readonly permitted: PermittedServer; readonly name: string } {
  if (typeof name !== 'string' || name === '')
    throw new GatewayError('invalid_request', `'name' is required: the name of a ${kind}`, { param: 'name' });
  const dash = name.indexOf('-');
  const prefixed = servers.get(name.slice(0, Math.max(0, dash)));
  if (prefixed !== undefined) return { permitted: prefixed, name: name.slice(dash + 1) };
  const [only] = servers.values();
  if (only === undefined || servers.size > 1) throw notFound(kind, name);
  return { permitted: only, name };
}

/** A caller is not told what there is for others. */
const notFound = (kind: Kind, name: string): GatewayError =>
  new GatewayError('invalid_request', `There is no ${kind} ${name}, or this key may not use it.`, {
    param: 'name',
  });

/** URIs do not tell whose they are. */
function onlyServer({ servers }: McpVisit): PermittedServer {
  const [only] = servers.values();
  if (only !== undefined && servers.size === 1) return only;
  throw new GatewayError('invalid_request', 'A resource is read at its server: use /mcp/{server}.', {
    param: 'uri',
  });
}

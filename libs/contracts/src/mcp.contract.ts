import { z } from 'zod';
import { callHeader } from './call.contract.js';
import { defineCall, defineEvent } from './contract.js';

/** What a worker serves that reaches MCP servers, as others serve a provider. */
export const MCP_PROVIDER = 'mcp';

const rpcId = z.union([z.string(), z.number()]);
export type RpcId = z.infer<typeof rpcId>;

/** A message of JSON-RPC 2.0, as far as anybody here reads it: a request, a notification (no `id`) or a response (no `method`). */
export const rpcMessage = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: rpcId.nullish(),
  method: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});
export type RpcMessage = z.infer<typeof rpcMessage>;

export const mcpHeader = z.object({
  /** `headers`: those of the client that the server gets. */
  call: callHeader,
  /** Its name in `mcp_servers`. */
  server: z.string(),
  /** Of the server; present: the request calls it, and that is billed. */
  tool: z.string().optional(),
});
export type McpHeader = z.infer<typeof mcpHeader>;

/**
 * ingress → a worker that serves `mcp`: a request for an MCP server, which is the body. The answer is lines of JSON: notifications that
 * belong to the request, and its response. Handed to one worker once: what a tool did is not done again.
 */
export const mcpCall = defineCall('tollgate.call.mcp', {
  service: 'worker',
  target: MCP_PROVIDER,
  input: mcpHeader,
});

/** A request of a client, by which it may take it back. */
const mcpRequestName = z.object({
  keyHash: z.string(),
  /** Ids of requests are the client's own: only in its session do they name one. */
  session: z.string(),
  requestId: rpcId,
});
export type McpRequestName = z.infer<typeof mcpRequestName>;

/** ingress → every ingress: a client does not want its request answered any more. */
export const mcpCancelled = defineEvent('tollgate.mcp.cancelled', {
  service: 'ingress',
  input: mcpRequestName,
});

import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  GatewayError,
  mcpCall,
  rpcMessage,
  type CallHeader,
  type ResponseEnd,
  type RpcMessage,
} from '@tollgate/contracts';
import { NdjsonDecoder } from '@tollgate/dialects';
import { newCallId } from '../calls/call-id.js';
import type { McpVisit } from './mcp-visits.js';
import type { PermittedServer } from './permitted-servers.js';

/** A request that a worker has passed to an MCP server. */
export interface OpenRequest {
  /** Notifications, then the response; read once. Throws a GatewayError. */
  readonly messages: AsyncGenerator<RpcMessage, ResponseEnd, undefined>;
  readonly cancel: () => void;
}

/** Hands requests for MCP servers to workers. */
@Injectable()
export class McpRequests {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** @param tool present: it is called, and that is billed. */
  open(header: CallHeader, server: string, message: RpcMessage, tool?: string): OpenRequest {
    const { id, deadline } = header;
    const body = Buffer.from(JSON.stringify(message));
    const call = { ...header, bodyBytes: body.length };
    const frames = this.bus.call(mcpCall, { call, server, ...(tool !== undefined && { tool }) }, body, {
      ...{ id, deadline },
    });
    return { messages: messagesOf(frames), cancel: () => frames.cancel() };
  }

  /** The response to a request that costs nothing. Rejects with a GatewayError. */
  async ask(visit: McpVisit, { server }: PermittedServer, message: RpcMessage): Promise<RpcMessage> {
    const header = { ...headerFor(visit, server), id: newCallId() };
    for await (const received of this.open(header, server.name, message).messages)
      if (received.method === undefined) return received;
    throw new GatewayError('service_lost', 'The answer of the MCP server ended without a response');
  }
}

/** With those of the client's headers that the server is to get; the gateway's key is in none of them. */
export const headerFor = (
  { header, headers, key }: McpVisit,
  { extraHeaders }: PermittedServer['server'],
): CallHeader => {
  const passed = extraHeaders.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' && !(key !== null && value.includes(key))
      ? [[name, value] as const]
      : [];
  });
  return { ...header, headers: Object.fromEntries(passed) };
};

async function* messagesOf(
  frames: ReturnType<Bus['call']>,
): AsyncGenerator<RpcMessage, ResponseEnd, undefined> {
  const decoder = new NdjsonDecoder();
  for await (const frame of frames) {
    if (frame.type === 'end') return frame.end;
    if (frame.type !== 'data') continue;
    for (const { data } of decoder.push(frame.data)) yield rpcMessage.parse(JSON.parse(data));
  }
  throw new GatewayError('service_lost', 'The answer of the MCP server ended without a response');
}

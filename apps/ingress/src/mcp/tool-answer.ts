import { toGatewayError, type GatewayError, type ResponseEnd, type RpcMessage } from '@tollgate/contracts';
import { encodeSse } from '@tollgate/dialects';
import type { FastifyReply } from 'fastify';
import { ClientConnection } from '../calls/client-connection.js';
import { formatDollars } from '../dollars.js';
import { answerBroken } from '../events.js';
import { errorResponse } from './rpc-errors.js';
import type { ToolCall } from './tool-calls.js';

/** What a tool answered, and what it cost. */
export interface ToolResponse {
  readonly response: RpcMessage;
  readonly costNanos: number | null;
}

/** Passes notifications over. Rejects with a GatewayError. */
export async function responseOf({ messages }: ToolCall): Promise<ToolResponse> {
  for (;;) {
    const { value, done } = await messages.next();
    if (done !== true && value.method === undefined) return wholeOf(messages, value);
    if (done === true) throw toGatewayError(new Error('An MCP server gave no response'));
  }
}

/** The bill comes behind the response. */
async function wholeOf(messages: ToolCall['messages'], response: RpcMessage): Promise<ToolResponse> {
  const { value } = await messages.next();
  return { response, costNanos: (value as ResponseEnd).costNanos };
}

/** A client that leaves, or has left, ends the call. */
export function watchClient(reply: FastifyReply, call: ToolCall): ClientConnection {
  if (reply.raw.destroyed) call.cancel();
  return new ClientConnection(reply.raw, () => call.cancel());
}

export const costHeader = ({ costNanos }: ToolResponse): Record<string, string> =>
  costNanos === null ? {} : { 'x-litellm-response-cost': formatDollars(costNanos) };

/**
 * Sends an answer as a stream of events where something comes before the response, else as JSON. Rejects with a GatewayError while nothing
 * was sent; afterwards the stream ends in the error.
 */
export async function streamToolAnswer(
  reply: FastifyReply,
  call: ToolCall,
  { message, headers }: { readonly message: RpcMessage; readonly headers: Record<string, string> },
): Promise<void> {
  const client = watchClient(reply, call);
  const first = await call.messages.next();
  if (first.done !== true && first.value.method === undefined) {
    const answer = await wholeOf(call.messages, first.value);
    await reply.headers({ ...headers, ...costHeader(answer) }).send(answer.response);
    return;
  }
  reply.hijack();
  reply.raw.writeHead(200, {
    ...headers,
    ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' },
  });
  const tell = (told: RpcMessage): Promise<void> | undefined =>
    client.write(encodeSse(JSON.stringify(told), 'message'));
  try {
    for (let next = first; next.done !== true; next = await call.messages.next()) await tell(next.value);
  } catch (cause) {
    const error: GatewayError = toGatewayError(cause);
    answerBroken(error, headers['x-tollgate-call-id'] ?? '');
    if (!client.gone) await tell(errorResponse(message.id ?? '', error));
  }
  reply.raw.end();
}

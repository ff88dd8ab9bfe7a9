import { rpcMessage, type RpcId, type RpcMessage } from '@tollgate/contracts';
import { upstreamError, type ErrorSource } from '../kit/upstream-error.js';

export const isResponse = (message: RpcMessage): boolean => message.method === undefined;

const isRequest = ({ id, method }: RpcMessage): boolean => method !== undefined && (id ?? null) !== null;

/** One message, or several of an older version of the protocol. Throws `upstream_invalid_response`. */
export function parseMessages(text: string, source: ErrorSource): RpcMessage[] {
  const parsed = rpcMessage.array().safeParse([jsonOf(text, source)].flat());
  if (parsed.success) return parsed.data;
  throw upstreamError('upstream_invalid_response', 'APIError', 'The answer is no JSON-RPC 2.0', source);
}

function jsonOf(text: string, source: ErrorSource): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const options = { ...source, cause };
    throw upstreamError('upstream_invalid_response', 'APIError', 'The answer is no JSON', options);
  }
}

/** What a server asks of us must be answered, or it waits for ever; undefined: it asks nothing. */
export function answerToServer(message: RpcMessage): RpcMessage | undefined {
  if (!isRequest(message)) return undefined;
  const { id, method } = message;
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} };
  return {
    jsonrpc: '2.0',
    id,
    error: { code: -32601, message: `Method not found: ${method ?? ''}` },
  };
}

type Meta = Readonly<Record<string, unknown>> | undefined;

/** The request under an id of ours, its progress token too: those of two clients may be the same. */
export function renumbered(message: RpcMessage, id: RpcId): RpcMessage {
  const { params } = message;
  const meta = params?.['_meta'] as Meta;
  if (meta?.['progressToken'] === undefined) return { ...message, id };
  return { ...message, id, params: { ...params, _meta: { ...meta, progressToken: id } } };
}

/** What comes back for it, under the client's own. */
export function restored(message: RpcMessage, original: RpcMessage): RpcMessage {
  if (isResponse(message)) return { ...message, id: original.id };
  const token = (original.params?.['_meta'] as Meta)?.['progressToken'];
  if (message.method !== 'notifications/progress' || token === undefined) return message;
  return { ...message, params: { ...message.params, progressToken: token } };
}

import type { GatewayError } from '@tollgate/contracts';
import { type ErrorCode, type RpcId, type RpcMessage } from '@tollgate/contracts';

// JSON-RPC 2.0's own.
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
/** Of the range that is left to servers: it was understood, and is not done. */
const REFUSED = -32000;

const CODES: Partial<Record<ErrorCode, number>> = {
  invalid_request: INVALID_PARAMS,
  not_found: INVALID_PARAMS,
  rate_limited: REFUSED,
  budget_exceeded: REFUSED,
  blocked: REFUSED,
  forbidden: REFUSED,
};

/** An error of the gateway in answer to a request; what HTTP would say beside it is in `data`. */
export function errorResponse(id: RpcId, error: GatewayError): RpcMessage {
  const { code, message, status } = error;
  const { retryAfterMs } = error.options;
  const data = { code, status, ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }) };
  return { jsonrpc: '2.0', id, error: { code: CODES[code] ?? INTERNAL_ERROR, message, data } };
}

/** What is no request cannot be told by its id. */
export const rejection = (code: number, message: string): object => ({
  jsonrpc: '2.0',
  id: null,
  error: { code, message },
});

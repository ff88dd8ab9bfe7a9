import type { Dialect, GatewayError } from '@tollgate/contracts';

/** OpenAI's error body, as LiteLLM fills it: `code` is the status as a string, or the provider's own code. */
export interface ErrorEnvelope {
  readonly error: {
    readonly message: string;
    readonly type: string | null;
    readonly param: string | null;
    readonly code: string;
  };
}

/** When an unavailable part names no time to come back. */
const DEFAULT_RETRY_MS = 1_000;

export const toEnvelope = (error: GatewayError): ErrorEnvelope => ({
  error: {
    message: error.message,
    type: error.type,
    param: error.options.param ?? null,
    code: error.options.upstreamCode ?? String(error.status),
  },
});

/** Anthropic's error types by status: https://docs.anthropic.com/en/api/errors */
const MESSAGES_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};

/** Anthropic's error body. `requestId` is the call's id; null before there is a call. */
const toMessagesEnvelope = (error: GatewayError, requestId: string | null): object => ({
  type: 'error',
  error: {
    type: MESSAGES_TYPES[error.status] ?? (error.status < 500 ? 'invalid_request_error' : 'api_error'),
    message: error.message,
  },
  request_id: requestId,
});

/** Google's status words (google.rpc.Code) by HTTP status. */
const GEMINI_STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** NOTE Google's clients read the time to come back in the body, and know no header for it. */
const toGeminiEnvelope = ({ status, message, options: { retryAfterMs } }: GatewayError): object => {
  const word = GEMINI_STATUSES[status] ?? (status < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL');
  const details = [{ '@type': RETRY_INFO, retryDelay: `${Math.ceil((retryAfterMs ?? 0) / 1_000)}s` }];
  return { error: { code: status, message, status: word, ...(retryAfterMs !== undefined && { details }) } };
};

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

type Envelope = (error: GatewayError, requestId: string | null) => object;

/** Envelopes that are not OpenAI's, by the vendor that a dialect is named after. */
const ENVELOPES: Readonly<Record<string, Envelope>> = {
  anthropic: toMessagesEnvelope,
  gemini: toGeminiEnvelope,
  bedrock: ({ message }) => ({ message }),
  cohere: ({ message }, requestId) => ({ ...(requestId !== null && { id: requestId }), message }),
  ollama: ({ message }) => ({ error: message }),
};

const vendorOf = (dialect: Dialect): string => dialect.slice(0, dialect.indexOf('-'));

/** An error's body in the caller's dialect. */
export function errorBody(error: GatewayError, dialect: Dialect, requestId: string | null): object {
  // Everybody calls rerank, in Cohere's words, but hardly anybody by Cohere's SDK.
  const envelope = dialect === 'cohere-rerank' ? undefined : ENVELOPES[vendorOf(dialect)];
  return envelope === undefined ? toEnvelope(error) : envelope(error, requestId);
}

/** Response headers that belong to an error: when to come back, and which limit refused. */
export function errorHeaders(error: GatewayError): Record<string, string> {
  const headers: Record<string, string> = { ...error.options.headers };
  const retryAfterMs = error.options.retryAfterMs ?? (error.status === 503 ? DEFAULT_RETRY_MS : undefined);
  if (retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
    headers['retry-after-ms'] = String(Math.max(1, Math.ceil(retryAfterMs)));
  }
  if (error.code === 'draining') headers['connection'] = 'close';
  return headers;
}

import type { GatewayError } from '@tollgate/contracts';

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

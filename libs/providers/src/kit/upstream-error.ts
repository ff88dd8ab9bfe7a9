import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { redact } from './redact.js';

/** LiteLLM's exception classes: clients match on them in the message. */
export type ErrorClass =
  | 'APIConnectionError'
  | 'APIError'
  | 'AuthenticationError'
  | 'BadGatewayError'
  | 'BadRequestError'
  | 'ContentPolicyViolationError'
  | 'ContextWindowExceededError'
  | 'InternalServerError'
  | 'NotFoundError'
  | 'PermissionDeniedError'
  | 'RateLimitError'
  | 'ServiceUnavailableError'
  | 'Timeout';

/** Who failed and what must not be shown: enough to word an error of this provider. */
export interface ErrorSource {
  readonly label: string;
  readonly secrets: readonly string[];
}

export interface UpstreamErrorOptions {
  readonly status?: number | undefined;
  readonly upstreamCode?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly param?: string | undefined;
  readonly cause?: unknown;
}

/** An error in LiteLLM's words: `litellm.<Class>: <Class>: <Provider>Exception - <upstream text>`, without credentials. */
export function upstreamError(
  code: ErrorCode,
  errorClass: ErrorClass,
  text: string,
  { label, secrets, ...options }: ErrorSource & UpstreamErrorOptions,
): GatewayError {
  const message = `litellm.${errorClass}: ${errorClass}: ${label}Exception - ${redact(text, secrets)}`;
  return new GatewayError(code, message, options);
}

const CLASS_OF: Partial<Record<ErrorCode, ErrorClass>> = {
  upstream_bad_request: 'BadRequestError',
  upstream_authentication: 'AuthenticationError',
  upstream_permission: 'PermissionDeniedError',
  upstream_not_found: 'NotFoundError',
  upstream_rate_limited: 'RateLimitError',
  upstream_quota: 'RateLimitError',
  upstream_timeout: 'Timeout',
  upstream_connection: 'APIConnectionError',
  upstream_stream_broken: 'APIConnectionError',
  upstream_error: 'InternalServerError',
  upstream_invalid_response: 'APIError',
};

/** A provider's error that a dialect has read, in LiteLLM's words; any other as it is. */
export function inWordsOf(source: ErrorSource, error: GatewayError): GatewayError {
  const errorClass = CLASS_OF[error.code];
  if (errorClass === undefined || error.message.startsWith('litellm.')) return error;
  const { status, upstreamCode, param, retryAfterMs, headers } = error.options;
  return upstreamError(error.code, errorClass, error.message, {
    ...source,
    status,
    upstreamCode,
    param: param ?? undefined,
    retryAfterMs,
    headers,
    cause: error,
  });
}

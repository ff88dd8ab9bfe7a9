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

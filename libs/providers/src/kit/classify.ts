import type { ErrorCode, GatewayError } from '@tollgate/contracts';
import { wordTable } from '@tollgate/dialects';
import { answerHeaders } from './answer-headers.js';
import { readErrorBody, type ErrorBody } from './error-body.js';
import { retryAfterMs, type HeaderValues } from './retry-after.js';
import {
  upstreamError,
  type ErrorClass,
  type ErrorSource,
  type UpstreamErrorOptions,
} from './upstream-error.js';

interface Classification {
  readonly code: ErrorCode;
  readonly errorClass: ErrorClass;
  /** `error.code` for the caller when the provider has no word of its own. */
  readonly upstreamCode?: string;
}

/** A provider's refusal, with its status (0: an error event inside a stream, which has none). */
export interface Refusal {
  readonly status: number;
  readonly headers: HeaderValues;
  readonly body: string;
}

const CONTEXT_WINDOW =
  /context_length_exceeded|maximum context length|context window|prompt is too long|input is too long|exceeds? the (?:maximum|model'?s?) (?:context|number of tokens)|too many (?:input )?tokens|reduce the length of (?:the|your) (?:messages|prompt)/i;
const CONTENT_POLICY =
  /content_policy_violation|content_filter|responsibleaipolicyviolation|content management policy|safety system|usage guidelines/i;
const QUOTA =
  /insufficient_quota|exceeded your current quota|credit balance is too low|billing_hard_limit|insufficient (?:balance|credits)|payment required|out of credits/i;
const BAD_KEY = /invalid_api_key|incorrect api key|api key not valid/i;

/** By the provider's own word for it: the only hint inside a stream, and a better one than some statuses. */
const STATUS_BY_TYPE: Readonly<Record<string, number>> = wordTable({
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  tokens: 429,
  requests: 429,
  api_error: 500,
  server_error: 500,
  internal_server_error: 500,
  timeout_error: 504,
  service_unavailable: 503,
  overloaded_error: 529,
});

const BY_STATUS: Readonly<Record<number, Classification>> = {
  401: { code: 'upstream_authentication', errorClass: 'AuthenticationError' },
  402: { code: 'upstream_quota', errorClass: 'RateLimitError' },
  403: { code: 'upstream_permission', errorClass: 'PermissionDeniedError' },
  404: { code: 'upstream_not_found', errorClass: 'NotFoundError' },
  405: { code: 'upstream_not_found', errorClass: 'NotFoundError' },
  408: { code: 'upstream_timeout', errorClass: 'Timeout' },
  410: { code: 'upstream_not_found', errorClass: 'NotFoundError' },
  429: { code: 'upstream_rate_limited', errorClass: 'RateLimitError' },
  502: { code: 'upstream_error', errorClass: 'BadGatewayError' },
  503: { code: 'upstream_error', errorClass: 'ServiceUnavailableError' },
  504: { code: 'upstream_timeout', errorClass: 'Timeout' },
  529: { code: 'upstream_error', errorClass: 'ServiceUnavailableError' },
};

/** The row of the table for a status and the provider's words. */
function classify(status: number, { type, code, text, retryAfterMs: wait }: ErrorBody): Classification {
  const words = `${code ?? ''} ${type ?? ''} ${text}`;
  if (status === 400 || status === 413 || status === 422 || status === 429) {
    // NOTE Google calls what holds for a minute a quota too: then it tells how long.
    if (QUOTA.test(words) && wait === undefined)
      return { code: 'upstream_quota', errorClass: 'RateLimitError' };
  }
  if (status === 400 || status === 413 || status === 422) {
    // NOTE some providers answer 400 to a wrong key: another deployment may have a right one.
    if (BAD_KEY.test(words)) return { code: 'upstream_authentication', errorClass: 'AuthenticationError' };
    if (CONTEXT_WINDOW.test(words)) {
      return {
        code: 'upstream_bad_request',
        errorClass: 'ContextWindowExceededError',
        upstreamCode: 'context_length_exceeded',
      };
    }
    if (CONTENT_POLICY.test(words)) {
      return { code: 'upstream_bad_request', errorClass: 'ContentPolicyViolationError' };
    }
  }
  const row = BY_STATUS[status];
  if (row !== undefined) return row;
  if (status >= 500) return { code: 'upstream_error', errorClass: 'InternalServerError' };
  return status >= 400
    ? { code: 'upstream_bad_request', errorClass: 'BadRequestError' }
    : { code: 'upstream_invalid_response', errorClass: 'APIError' };
}

function impliedStatus({ type, code }: ErrorBody): number {
  const numeric = Number(code);
  if (Number.isInteger(numeric) && numeric >= 400 && numeric <= 599) return numeric;
  return STATUS_BY_TYPE[type ?? ''] ?? STATUS_BY_TYPE[code ?? ''] ?? 500;
}

/** The gateway's error for an answer whose status nobody could answer with: the provider, or what is before it, is broken. */
export function badStatusError(status: number, source: ErrorSource & UpstreamErrorOptions): GatewayError {
  const text = `The provider answered with status ${status}, which no answer may have.`;
  return upstreamError('upstream_invalid_response', 'BadGatewayError', text, source);
}

/** The gateway's error for what a provider answered instead of serving. */
export function refusalError(refusal: Refusal, source: ErrorSource): GatewayError {
  if (refusal.status > 599) {
    const { headers } = refusal;
    return badStatusError(refusal.status, { ...source, headers: answerHeaders(headers) });
  }
  const body = readErrorBody(refusal.body);
  const status = refusal.status === 0 ? impliedStatus(body) : refusal.status;
  const { code, errorClass, upstreamCode } = classify(status, body);
  return upstreamError(code, errorClass, body.text === '' ? `status ${status}` : body.text, {
    ...source,
    // A redirect or the like is no status to answer with.
    status: status >= 400 ? status : undefined,
    upstreamCode: body.code ?? upstreamCode,
    param: body.param,
    retryAfterMs: retryAfterMs(refusal.headers, Date.now()) ?? body.retryAfterMs,
    headers: answerHeaders(refusal.headers),
  });
}

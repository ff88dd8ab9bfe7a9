import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { isObject } from './json/json.js';
import { wordTable } from './json/word-table.js';

interface ErrorClass {
  readonly code: ErrorCode;
  readonly status?: number;
}

/** Anthropic's error types; of a stream that broke off they are all there is, the status was 200. */
const MESSAGE_ERRORS: Readonly<Record<string, ErrorClass>> = wordTable({
  invalid_request_error: { code: 'upstream_bad_request' },
  authentication_error: { code: 'upstream_authentication' },
  permission_error: { code: 'upstream_permission' },
  billing_error: { code: 'upstream_quota' },
  not_found_error: { code: 'upstream_not_found' },
  request_too_large: { code: 'upstream_bad_request', status: 413 },
  rate_limit_error: { code: 'upstream_rate_limited' },
  timeout_error: { code: 'upstream_timeout' },
  // Anthropic's own status is 529, which clients do not know: 503 says the same.
  overloaded_error: { code: 'upstream_error', status: 503 },
});

/** The error of an Anthropic `{type: 'error', error: {type, message}}` object. */
export function errorOfMessageEvent(event: unknown): GatewayError {
  const error = isObject(event) && isObject(event['error']) ? event['error'] : {};
  const type = typeof error['type'] === 'string' ? error['type'] : undefined;
  const known = (type === undefined ? undefined : MESSAGE_ERRORS[type]) ?? { code: 'upstream_error' };
  return new GatewayError(known.code, textOf(error['message']), { status: known.status, upstreamCode: type });
}

/**
 * The error that an OpenAI-shaped chunk carries instead of choices (`{error: {message, type, code}}`, as Groq and
 * OpenRouter send in the middle of a stream), or null where the chunk is none.
 */
export function errorOfChatChunk(chunk: unknown): GatewayError | null {
  if (!isObject(chunk) || chunk['error'] === undefined || chunk['error'] === null) return null;
  const error = isObject(chunk['error']) ? chunk['error'] : { message: chunk['error'] };
  const code = error['code'] ?? error['type'];
  const status = statusOf(error['status_code'] ?? error['code']);
  return new GatewayError(codeOfStatus(status, error['type']), textOf(error['message']), {
    status,
    upstreamCode: typeof code === 'string' ? code : undefined,
  });
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600
    ? status
    : undefined;
}

function codeOfStatus(status: number | undefined, type: unknown): ErrorCode {
  if (status === 429) return 'upstream_rate_limited';
  if (status === 408 || status === 504) return 'upstream_timeout';
  if (status === 401) return 'upstream_authentication';
  if (status === 403) return 'upstream_permission';
  if (status !== undefined ? status < 500 : type === 'invalid_request_error') return 'upstream_bad_request';
  return 'upstream_error';
}

const textOf = (message: unknown): string =>
  typeof message === 'string' && message !== '' ? message : 'The provider reported an error in its stream';

import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { isObject, wordOf, type Json } from '../json/json.js';
import { errorOfChatChunk } from '../upstream-error.js';

/** Codes of failed responses; they come in a stream of status 200, or in an answer of it. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  rate_limit_exceeded: 'upstream_rate_limited',
  insufficient_quota: 'upstream_quota',
  server_error: 'upstream_error',
  vector_store_timeout: 'upstream_timeout',
  context_length_exceeded: 'upstream_bad_request',
};

/** What is wrong with a prompt, or with an image in it. */
const CALLERS_FAULT = /^(?:invalid_|image_|unsupported_|empty_image|failed_to_download)/;

/** The error of a failed response or of a stream's `error` and `response.failed` events; null for what is none. */
export function errorOfResponse(payload: Json): GatewayError | null {
  const { type, error, response, status } = payload;
  if (type === 'response.failed') {
    return errorOfResponse(isObject(response) ? { ...response, status: 'failed' } : { status: 'failed' });
  }
  if (isObject(error)) return classified(error);
  if (type === 'error') return classified(payload);
  if (status === 'failed') return classified({});
  return errorOfChatChunk(payload);
}

function classified(error: Json): GatewayError | null {
  const { code, message } = error;
  const known = typeof code === 'string' ? codeOf(code) : undefined;
  if (known === undefined) return errorOfChatChunk({ error });
  const text =
    typeof message === 'string' && message !== '' ? message : `The provider failed: ${wordOf(code)}`;
  return new GatewayError(known, text, { upstreamCode: wordOf(code) });
}

const codeOf = (code: string): ErrorCode | undefined =>
  CALLERS_FAULT.test(code) ? 'upstream_bad_request' : Object.hasOwn(CODES, code) ? CODES[code] : undefined;

import type { GatewayError } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import { refusalError } from '../kit/classify.js';
import { upstreamError, type ErrorSource } from '../kit/upstream-error.js';

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A payload that must be a JSON object and no error report; else throws the gateway's error. */
export function parsePayload(text: string, source: ErrorSource): Json {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch (cause) {
    throw invalidAnswer('is not JSON', source, cause);
  }
  if (!isJson(payload)) throw invalidAnswer('is not a JSON object', source);
  const error = payload['error'];
  if (error !== undefined && error !== null) {
    throw refusalError({ status: 0, headers: {}, body: text }, source);
  }
  return payload;
}

export const invalidAnswer = (what: string, source: ErrorSource, cause?: unknown): GatewayError =>
  upstreamError('upstream_invalid_response', 'APIError', `The answer ${what}.`, { ...source, cause });

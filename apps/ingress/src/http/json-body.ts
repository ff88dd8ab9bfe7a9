import { GatewayError } from '@tollgate/contracts';
import { checkStorable } from './storable-text.js';

/** The JSON object that an admin route received; an empty body is an empty object. Throws `invalid_json`, or `invalid_request` naming a field that cannot be stored. */
export function readJsonObject(received: unknown): Record<string, unknown> {
  const text = Buffer.isBuffer(received) ? received.toString('utf8').replace(/^\uFEFF/, '') : '';
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad('The body is not valid JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad('The body must be a JSON object');
  checkStorable(value);
  return value as Record<string, unknown>;
}

const bad = (message: string, cause?: unknown): GatewayError =>
  new GatewayError('invalid_json', message, { param: 'request_body', cause });

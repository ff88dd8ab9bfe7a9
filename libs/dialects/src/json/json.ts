import { GatewayError } from '@tollgate/contracts';

/** A parsed JSON object of unknown content: what others send is read field by field, never trusted whole. */
export type Json = Record<string, unknown>;

/** Whose words we read: a caller's mistake and a provider's are different errors. */
export type Origin = 'request' | 'answer';

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a word to match or to show. NOTE `String` throws for an object that has a `toString` of its own. */
export const wordOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** The error for a field of the wrong type: `invalid_request` for callers, `upstream_invalid_response` for providers. */
export function wrongType(origin: Origin, field: string, expected: string): GatewayError {
  return origin === 'request'
    ? new GatewayError('invalid_request', `Invalid type for '${field}': expected ${expected}`, {
        param: field,
      })
    : new GatewayError(
        'upstream_invalid_response',
        `The provider's answer has a bad '${field}': expected ${expected}`,
      );
}

export function objectAt(value: unknown, field: string, origin: Origin): Json {
  if (isObject(value)) return value;
  throw wrongType(origin, field, 'an object');
}

export function listAt(value: unknown, field: string, origin: Origin): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongType(origin, field, 'a list');
}

export function stringAt(value: unknown, field: string, origin: Origin): string {
  if (typeof value === 'string') return value;
  throw wrongType(origin, field, 'a string');
}

/** A string, or undefined where the field is absent or null. */
export function optionalString(value: unknown, field: string, origin: Origin): string | undefined {
  return value === undefined || value === null ? undefined : stringAt(value, field, origin);
}

export function numberAt(value: unknown, field: string, origin: Origin): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrongType(origin, field, 'a number');
}

/** A finite number, or undefined where the field is absent or null. */
export function optionalNumber(value: unknown, field: string, origin: Origin): number | undefined {
  return value === undefined || value === null ? undefined : numberAt(value, field, origin);
}

/** A list, empty where the field is absent or null (OpenAI's clients send null for what they leave out). */
export function optionalList(value: unknown, field: string, origin: Origin): readonly unknown[] {
  return value === undefined || value === null ? [] : listAt(value, field, origin);
}

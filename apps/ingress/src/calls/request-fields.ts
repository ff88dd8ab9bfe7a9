import { GatewayError } from '@tollgate/contracts';
import { checkStorable } from '../http/storable-text.js';

const MAX_USER_LENGTH = 512;

export const invalid = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param });

/** A boolean field; absent and null are false. */
export function flag(value: unknown, param: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw invalid(param, `'${param}' must be true or false`);
  return value;
}

/** The id of an end user; null where it is absent or empty. */
export function endUserOf(user: unknown, param: string): string | null {
  if (user === undefined || user === null || user === '') return null;
  if (typeof user !== 'string' || user.length > MAX_USER_LENGTH)
    throw invalid(param, `'${param}' must be a string of at most ${MAX_USER_LENGTH} characters`);
  checkStorable({ [param]: user });
  return user;
}

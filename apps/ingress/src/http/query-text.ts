import { GatewayError } from '@tollgate/contracts';

/** A parameter of a URL that is there once or not at all; empty is not at all. Throws `invalid_request` for a repeated one. */
export function queryText(value: unknown, param: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new GatewayError('invalid_request', `'${param}' is given more than once`, { param });
}

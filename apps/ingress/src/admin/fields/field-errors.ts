import { nearest } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';

/** `'max_budget' must not be negative` */
export const invalidField = (field: string, fault: string): GatewayError =>
  new GatewayError('invalid_request', `'${field}' ${fault}`, { param: field });

/** A misspelt limit must not be taken for none: the field is named, with the one that was probably meant. */
export function unknownField(field: string, of: string, known: Iterable<string>): GatewayError {
  const meant = nearest(field, known);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  return invalidField(field, `is not a field of ${of}${hint}`);
}

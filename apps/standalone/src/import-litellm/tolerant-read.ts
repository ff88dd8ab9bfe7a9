import { GatewayError } from '@tollgate/contracts';
import type { FieldTable } from '@tollgate/ingress';
import type { Row } from './source.js';
import { objectOf } from './values.js';

/** Each fault takes a field away, so that this is never reached. */
const MOST_FAULTS = 100;

/** Of the metadata these restrict something that is enforced: whoever cannot read them must not go without. */
const BINDING_METADATA = new Set(['allowed_model_region', 'model_rpm_limit', 'model_tpm_limit']);

export interface TolerantlyRead<Value> {
  readonly value: Value;
  /** Fields that were left out, and why. */
  readonly lost: readonly string[];
}

/**
 * Reads a record as the admin API does, but for what it does not take: a field that binds nothing here is left out and named. Throws the
 * API's error where a limit, an owner or a list of models cannot be read: a record without it would be allowed too much.
 */
export function readTolerantly<Value>(
  body: Row,
  fields: FieldTable,
  read: (body: Row) => Value,
): TolerantlyRead<Value> {
  let rest = body;
  const lost: string[] = [];
  for (let faults = 0; faults < MOST_FAULTS; faults += 1) {
    try {
      return { value: read(rest), lost };
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
      rest = without(rest, fields, cause);
      lost.push(cause.message);
    }
  }
  throw new GatewayError('invalid_request', 'has too many fields that cannot be read');
}

function without(body: Row, fields: FieldTable, fault: GatewayError): Row {
  const [field = '', inner] = (fault.toShape().param ?? '').split('.');
  if (field === 'metadata' && inner !== undefined && !BINDING_METADATA.has(inner)) {
    const { [inner]: _lost, ...metadata } = objectOf(body['metadata']);
    return { ...body, metadata };
  }
  const use = fields[field]?.use;
  if (!(field in body) || !(use === 'kept' || use === 'refused' || use === 'listed' || use === 'own'))
    throw fault;
  const { [field]: _lost, ...rest } = body;
  return rest;
}

import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { wordTable } from '../json/word-table.js';

interface ErrorClass {
  readonly code: ErrorCode;
  readonly status?: number;
}

/** What AWS calls its errors, in a stream (`throttlingException`) and in a header (`ThrottlingException`), without their ending. */
const EXCEPTIONS: Readonly<Record<string, ErrorClass>> = wordTable({
  validation: { code: 'upstream_bad_request' },
  accessdenied: { code: 'upstream_permission' },
  unrecognizedclient: { code: 'upstream_authentication' },
  invalidsignature: { code: 'upstream_authentication' },
  incompletesignature: { code: 'upstream_authentication' },
  missingauthenticationtoken: { code: 'upstream_authentication' },
  expiredtoken: { code: 'upstream_authentication' },
  resourcenotfound: { code: 'upstream_not_found' },
  throttling: { code: 'upstream_rate_limited' },
  servicequotaexceeded: { code: 'upstream_quota' },
  modelnotready: { code: 'upstream_rate_limited' },
  modeltimeout: { code: 'upstream_timeout' },
  serviceunavailable: { code: 'upstream_error', status: 503 },
  internalserver: { code: 'upstream_error' },
  modelstreamerror: { code: 'upstream_error' },
  modelerror: { code: 'upstream_error' },
});

const ENDING = /exception$/i;

export const isAwsException = (name: string): boolean => ENDING.test(name);

/** The error of an exception that came inside a stream. */
export function errorOfAwsException(name: string, message: unknown): GatewayError {
  const known = EXCEPTIONS[name.replace(ENDING, '').toLowerCase()] ?? { code: 'upstream_error' };
  const text =
    typeof message === 'string' && message !== '' ? message : 'The provider reported an error in its stream';
  return new GatewayError(known.code, text, { status: known.status, upstreamCode: name });
}

import type { RouterSettings } from '@tollgate/config';
import type { CallHeader, GatewayError, Retry } from '@tollgate/contracts';
import type { Candidate } from './group.js';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;
/** A provider that asks for more than this is not waited for. */
const LONGEST_RETRY_AFTER_MS = 60_000;
/** The provider's wait is lengthened by up to this share, so that callers do not come back all at once. */
const RETRY_AFTER_JITTER = 0.1;

/** No answer can be had in less: a retry that would have less time left is not begun. */
export const SHORTEST_ATTEMPT_MS = 100;

/** The caller is gone or its time is over: nothing that is tried could still be delivered. */
export const endsCall = ({ code }: GatewayError): boolean =>
  code === 'cancelled' || code === 'caller_lost' || code === 'deadline_exceeded';

/** The catalogue's column; a worker that drains has a sister who does not. */
export const retryOf = (error: GatewayError): Retry =>
  error.code === 'draining' ? 'same-or-other' : error.retry;

/** The caller's wish, else the deployment's setting, else the router's. */
export const maxRetries = (header: CallHeader, { deployment }: Candidate, router: RouterSettings): number =>
  header.numRetries ?? deployment.numRetries ?? router.numRetries;

/**
 * How long to wait before a deployment is asked that failed in this call. The provider's `retry-after` when that is bearable,
 * else exponential with full jitter; `retries` were made before, `floorMs` is the least (`retry_after`).
 */
export function backoffMs(
  error: GatewayError,
  { retries, floorMs, random }: { retries: number; floorMs: number; random: () => number },
): number {
  const { retryAfterMs } = error.options;
  const wait =
    retryAfterMs !== undefined && retryAfterMs <= LONGEST_RETRY_AFTER_MS
      ? retryAfterMs * (1 + RETRY_AFTER_JITTER * random())
      : random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** retries);
  return Math.max(floorMs, wait);
}

import type { GroupSettings, RouterSettings } from '@tollgate/config';
import type { CallHeader, GatewayError, Retry } from '@tollgate/contracts';
import type { Candidate } from '../group.js';
import { errorClassOf, namedInPolicy, policyFor } from '../health/error-class.js';
import { teamRoutingOf } from '../team-routing.js';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;
/** A provider that asks for more than this is not waited for. */
const LONGEST_RETRY_AFTER_MS = 60_000;
/** The provider's wait is lengthened by up to this share, so that callers do not come back all at once. */
const RETRY_AFTER_JITTER = 0.1;

/** No answer can be had in less: a retry that would have less time left is not begun. */
const SHORTEST_ATTEMPT_MS = 100;

/** The caller is gone or its time is over: nothing that is tried could still be delivered. */
export const endsCall = ({ code }: GatewayError): boolean =>
  code === 'cancelled' || code === 'caller_lost' || code === 'deadline_exceeded';

/** The catalogue's column; a worker that drains has a sister who does not. */
export const retryOf = (error: GatewayError): Retry =>
  error.code === 'draining' ? 'same-or-other' : error.retry;

export interface RetryRules {
  readonly router: RouterSettings;
  readonly group: GroupSettings;
}

/**
 * How often a call that failed so may be tried again in its group. The caller's wish, else the policy for the class of the error
 * (the deployment's, the model name's, the router's), which also lets errors be tried again that otherwise are not; else the
 * number of the deployment, of the key, of its team, of the model name, of the router.
 */
export function retriesAllowed(
  error: GatewayError,
  { deployment }: Candidate,
  header: CallHeader,
  { router, group }: RetryRules,
): number {
  const isFinal = retryOf(error) === 'never';
  if (header.numRetries !== undefined) return isFinal ? 0 : header.numRetries;
  const policies = [deployment.retryPolicy, group.retryPolicy, router.retryPolicy];
  // A policy's default is for what may pass by itself; the caller's own mistakes must be named to be tried again.
  const errorClass = errorClassOf(error);
  const byPolicy = policies
    .map((policy) => (isFinal ? namedInPolicy(policy, errorClass) : policyFor(policy, error)))
    .find((retries) => retries !== undefined);
  if (byPolicy !== undefined) return byPolicy;
  return isFinal ? 0 : retriesConfigured({ deployment }, header, { router, group });
}

/** The number without any policy: also what error texts call the maximum. */
export const retriesConfigured = (
  { deployment }: Pick<Candidate, 'deployment'>,
  header: CallHeader,
  { router, group }: RetryRules,
): number =>
  header.numRetries ??
  deployment.numRetries ??
  header.principal.routing?.numRetries ??
  teamRoutingOf(header, router)?.numRetries ??
  group.numRetries ??
  router.numRetries;

/**
 * How long to wait before a deployment is asked that failed in this call. The provider's `retry-after` when it names a time that is bearable,
 * else exponential with full jitter; `retries` were made before, `floorMs` is the least (`retry_after`).
 */
export function backoffMs(
  error: GatewayError,
  { retries, floorMs, random }: { retries: number; floorMs: number; random: () => number },
): number {
  const { retryAfterMs } = error.options;
  const wait =
    retryAfterMs !== undefined && retryAfterMs > 0 && retryAfterMs <= LONGEST_RETRY_AFTER_MS
      ? retryAfterMs * (1 + RETRY_AFTER_JITTER * random())
      : random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** retries);
  return Math.max(floorMs, wait);
}

/** Whether an attempt that begins at `at` (epoch ms) could end in time, going by the quickest answer that is known (ms). */
export const canFinish = (at: number, deadline: number, quickestMs: number): boolean =>
  at + Math.max(SHORTEST_ATTEMPT_MS, quickestMs) <= deadline;

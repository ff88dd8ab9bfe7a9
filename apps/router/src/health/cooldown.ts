import type { ErrorClass, RouterSettings } from '@tollgate/config';
import type { CallHeader, GatewayError } from '@tollgate/contracts';
import type { Candidate } from '../group.js';
import { endsCall } from '../retries/retry.js';
import { errorClassOf } from './error-class.js';
import { allowedFails, cooldownTime, isNamedForAllowedFails } from './failure-policy.js';

const HIGH_FAILURE_RATE = 0.5;
const ENOUGH_CALLS = 5;
/** A provider may ask for a day; it is asked again after an hour all the same. */
const LONGEST_COOLDOWN_MS = 3_600_000;
/** How far the configured time grows by doubling. */
const LONGEST_BACKOFF_MS = 300_000;

/** A deployment's calls of the present minute that say something about its health. */
export interface MinuteCount {
  readonly calls: number;
  readonly failures: number;
  readonly byClass: Readonly<Partial<Record<ErrorClass, number>>>;
}

type CooldownReason = 'rate_limited' | 'unfit' | 'failure_rate' | 'allowed_fails' | 'probe_failed';

export interface Cooldown {
  readonly milliseconds: number;
  readonly reason: CooldownReason;
}

/** What is known when a deployment has failed. */
export interface FailureContext {
  /** This failure included. */
  readonly count: MinuteCount;
  readonly router: RouterSettings;
  /** The call was the probe of a half-open circuit. */
  readonly isProbe: boolean;
  /** How often the deployment was taken out before, without a success in between. */
  readonly opens: number;
}

const UNFIT: ReadonlySet<number> = new Set([401, 402, 404]);
const FAULTS_BELOW_500: ReadonlySet<number> = new Set([...UNFIT, 408, 429]);

/** The caller chose a time that the provider could not keep: that is no fault of the deployment. */
const isCallersOwnTimeout = (error: GatewayError, header: CallHeader): boolean =>
  error.code === 'upstream_timeout' &&
  (header.timeoutMs !== undefined || (header.stream && header.streamTimeoutMs !== undefined));

/** Nobody waits for the answer any more, or a worker was asked that is about to leave. */
const saysNothing = (error: GatewayError, header: CallHeader): boolean =>
  endsCall(error) || error.code === 'draining' || isCallersOwnTimeout(error, header);

/** Whether an error counts against the deployment: of the 4xx only those that are not about the request. */
export const isDeploymentFault = (error: GatewayError, header: CallHeader): boolean =>
  (error.status >= 500 || FAULTS_BELOW_500.has(error.status)) && !saysNothing(error, header);

/** Whether an error may take the deployment out: its faults, and what an `allowed_fails_policy` names by its class. */
export const isCounted = (
  error: GatewayError,
  header: CallHeader,
  { candidate, router }: { candidate: Candidate; router: RouterSettings },
): boolean =>
  isDeploymentFault(error, header) ||
  (isNamedForAllowedFails(errorClassOf(error), candidate, router) && !saysNothing(error, header));

/**
 * Whether a deployment is taken out for a counted failure, and for how long: the longer of the configured time, doubled for
 * each time in a row, and of `retry-after`. Null: it stays. Never a wildcard's, never for a time of nothing.
 */
export function cooldownFor(
  error: GatewayError,
  candidate: Candidate,
  context: FailureContext,
): Cooldown | null {
  const { router, opens } = context;
  const configured = cooldownTime(candidate, router);
  const { retryAfterMs = configured } = error.options;
  if (router.disableCooldowns || candidate.isWildcard || configured <= 0 || retryAfterMs <= 0) return null;
  const reason = reasonFor(error, candidate, context);
  if (reason === null) return null;
  const grown = Math.min(configured * 2 ** opens, Math.max(configured, LONGEST_BACKOFF_MS));
  return { milliseconds: Math.min(Math.max(retryAfterMs, grown), LONGEST_COOLDOWN_MS), reason };
}

/**
 * With `allowed_fails` for the error set that alone decides. Else only a deployment that has company goes out: at once for
 * 429 and for what will not heal by asking again (401, 404), and when more than half of at least five calls of this minute
 * failed. A lone one stays: failing calls beat refused ones, and one caller's 401 must not take the model from all.
 */
function reasonFor(
  error: GatewayError,
  candidate: Candidate,
  { count, router, isProbe }: FailureContext,
): CooldownReason | null {
  const isUnfit = UNFIT.has(error.status);
  const errorClass = errorClassOf(error);
  const allowed = allowedFails(errorClass, candidate, router);
  if (candidate.isLone && isUnfit && allowed?.of !== 'class') return null;
  if (isProbe) return 'probe_failed';
  if (allowed !== null) {
    const failures = allowed.of === 'class' ? (count.byClass[errorClass] ?? 0) : count.failures;
    return failures > allowed.fails ? 'allowed_fails' : null;
  }
  if (candidate.isLone) return null;
  if (error.status === 429) return 'rate_limited';
  if (isUnfit) return 'unfit';
  const isFailing = count.calls >= ENOUGH_CALLS && count.failures / count.calls > HIGH_FAILURE_RATE;
  return isFailing ? 'failure_rate' : null;
}

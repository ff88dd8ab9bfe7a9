import type { RouterSettings } from '@tollgate/config';
import type { CallHeader, GatewayError } from '@tollgate/contracts';
import type { Candidate } from './group.js';

const HIGH_FAILURE_RATE = 0.5;
const ENOUGH_CALLS = 5;
/** A provider may ask for a day; it is asked again after an hour all the same. */
const LONGEST_COOLDOWN_MS = 3_600_000;

/** A deployment's calls of the present minute that say something about its health. */
export interface MinuteCount {
  readonly calls: number;
  readonly failures: number;
}

export type CooldownReason = 'rate_limited' | 'unfit' | 'failure_rate' | 'allowed_fails';

/** The caller chose a time that the provider could not keep: that is no fault of the deployment. */
const isCallersOwnTimeout = (error: GatewayError, header: CallHeader): boolean =>
  error.code === 'upstream_timeout' &&
  (header.timeoutMs !== undefined || (header.stream && header.streamTimeoutMs !== undefined));

/** Whether an error counts against the deployment: of the 4xx only those that are not about the request. */
export const isDeploymentFault = (error: GatewayError, header: CallHeader): boolean =>
  (error.status >= 500 || FAULTS_BELOW_500.has(error.status)) && !isCallersOwnTimeout(error, header);

const FAULTS_BELOW_500: ReadonlySet<number> = new Set([401, 402, 404, 408, 429]);
const UNFIT: ReadonlySet<number> = new Set([401, 402, 404]);

/**
 * Whether a deployment that failed by its own fault is taken out, and for how long. With `allowed_fails` set that alone decides.
 * Else only a deployment that has company is: at once for 429 and for what will not heal by asking again (401, 404), and when
 * more than half of at least five calls of this minute failed. A lone deployment stays: failing calls beat refused ones.
 */
export function cooldownFor(
  error: GatewayError,
  candidate: Candidate,
  { count, router }: { count: MinuteCount; router: RouterSettings },
): { readonly milliseconds: number; readonly reason: CooldownReason } | null {
  const { cooldownMs } = candidate.deployment;
  const { retryAfterMs = 0 } = error.options;
  if (router.disableCooldowns || cooldownMs === 0 || candidate.isWildcard) return null;
  if (error.options.retryAfterMs === 0) return null;
  const reason = reasonFor(error, candidate, { count, allowedFails: router.allowedFails });
  const milliseconds = Math.min(Math.max(retryAfterMs, cooldownMs ?? router.cooldownMs), LONGEST_COOLDOWN_MS);
  return reason === null || milliseconds <= 0 ? null : { milliseconds, reason };
}

function reasonFor(
  error: GatewayError,
  { isLone }: Candidate,
  { count, allowedFails }: { count: MinuteCount; allowedFails: number | null },
): CooldownReason | null {
  if (allowedFails !== null) return count.failures > allowedFails ? 'allowed_fails' : null;
  if (isLone) return null;
  if (error.status === 429) return 'rate_limited';
  if (UNFIT.has(error.status)) return 'unfit';
  const isFailing = count.calls >= ENOUGH_CALLS && count.failures / count.calls > HIGH_FAILURE_RATE;
  return isFailing ? 'failure_rate' : null;
}

import type { RoutingStrategy } from '@tollgate/config';
import { strategyOf } from '../strategies/strategy-of.js';
import { dropped, type Filter, type Test } from './filter.js';

const MINUTE_MS = 60_000;

const isBusy: Test = (candidate, { view }) => {
  const { id, maxParallelRequests } = candidate.deployment;
  if (maxParallelRequests === null) return null;
  const { inFlight } = view.stats(id);
  if (inFlight < maxParallelRequests) return null;
  return dropped(candidate, 'parallel', { reason: `${inFlight} of ${maxParallelRequests} calls under way` });
};

/** `max_parallel_requests`. */
export const parallelRequests: Filter = ({ group }) => (group.any.parallelLimit ? isBusy : null);

const isSpent: Test = (candidate, { view, call: { inputTokens } }) => {
  const { id, rpm, tpm } = candidate.deployment;
  if (rpm === null && tpm === null) return null;
  const { requestsThisMinute, tokensThisMinute } = view.stats(id);
  const until = view.now - (view.now % MINUTE_MS) + MINUTE_MS;
  if (rpm !== null && requestsThisMinute >= rpm)
    return dropped(candidate, 'rate', { reason: `rpm: ${requestsThisMinute} of ${rpm} used`, until });
  if (tpm === null || tokensThisMinute + inputTokens <= tpm) return null;
  // A prompt that never fits is no matter of time.
  if (inputTokens > tpm) return dropped(candidate, 'size', { reason: `tpm ${tpm} < ${inputTokens} tokens` });
  return dropped(candidate, 'rate', { reason: `tpm: ${tokensThisMinute} + ${inputTokens} > ${tpm}`, until });
};

/** Those that LiteLLM lets ask only deployments within their `rpm` and `tpm`; for the others the two are weights. */
const WITHIN_RATES: ReadonlySet<RoutingStrategy> = new Set([
  'latency-based-routing',
  'usage-based-routing',
  'usage-based-routing-v2',
  'cost-based-routing',
]);

/** `rpm` and `tpm` of this minute (UTC), where they are limits: a deployment of rpm 10 serves 10. */
export const rates: Filter = ({ config, group }) => {
  const areLimits =
    config.enforceRateLimits || config.preCallChecks || WITHIN_RATES.has(strategyOf(group, config));
  return areLimits ? isSpent : null;
};

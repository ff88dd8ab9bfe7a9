import type { CanaryArmReport, canaryReport, deploymentReport, hedgeReport } from '@tollgate/contracts';
import type { z } from 'zod';
import { toDollars } from '../dollars.js';
import { roundedMs } from '../durations.js';

type Canary = z.infer<(typeof canaryReport)['reply']>['canaries'][number];
type Hedging = z.infer<(typeof hedgeReport)['reply']>['models'][number];
type Health = z.infer<(typeof deploymentReport)['reply']>['deployments'][number];

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

const ms = (duration: number | null): number | null => (duration === null ? null : roundedMs(duration));

/** null where there is nothing to take a share of. */
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** A canary; costs in dollars, times in milliseconds. */
export const shownCanary = ({ model, to, percent, stickyBy, rolledBack, canary, baseline }: Canary) => ({
  model,
  to,
  percent,
  sticky_by: stickyBy,
  rolled_back: rolledBack === null ? null : { at: iso(rolledBack.at), reason: rolledBack.reason },
  canary: shownArm(canary),
  baseline: shownArm(baseline),
});

const shownArm = ({ calls, errors, p50LatencyMs, p95LatencyMs, costNanos }: CanaryArmReport) => ({
  calls,
  errors,
  error_rate: share(errors, calls),
  p50_latency_ms: ms(p50LatencyMs),
  p95_latency_ms: ms(p95LatencyMs),
  cost: toDollars(costNanos),
  cost_per_call: calls === 0 ? null : toDollars(costNanos / calls),
});

/** What hedging did for a model; `extra_cost` is what its losers cost. */
export const shownHedging = (row: Hedging) => ({
  model: row.model,
  calls: row.calls,
  hedged: row.hedged,
  hedged_share: share(row.hedged, row.calls),
  won: row.won,
  saved_ms: roundedMs(row.savedMs),
  cost: toDollars(row.costNanos),
  extra_cost: toDollars(row.extraCostNanos),
  extra_cost_share: share(row.extraCostNanos, row.costNanos),
  delay_ms: ms(row.delayMs),
});

export const shownDeployment = (row: Health) => ({
  deployment_id: row.deploymentId,
  model: row.group,
  circuit: row.circuit,
  open_until: iso(row.until),
  in_flight: row.inFlight,
  requests_this_minute: row.requestsThisMinute,
  tokens_this_minute: row.tokensThisMinute,
  latency_ms: ms(row.latencyMs),
  error_rate: row.errorRate,
});

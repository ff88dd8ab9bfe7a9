import type { CallHeader, Decision, ErrorCode, GatewayError } from '@tollgate/contracts';
import { counter, createLogger, gauge, tally } from '@tollgate/observability';
import type { Canary } from './canary/canary-book.js';
import type { Group } from './group.js';

const log = createLogger('router');

const attempts = tally(
  'tollgate_router_attempts_total',
  'Attempts by provider and result (ok or error code)',
  ['provider', 'result'],
);
const retries = counter('tollgate_router_retries_total', 'Retries, by the error that caused them', ['code']);
const fallbacks = counter(
  'tollgate_router_fallbacks_total',
  'Moves to a fallback, by the group that failed',
  ['group'],
);
const cooling = gauge('tollgate_router_cooling_deployments', 'Deployments that are out now', []);
const continuations = counter(
  'tollgate_router_continuations_total',
  'Answers that another attempt went on with, by result (ok or failed)',
  ['group', 'result'],
);
const hedges = counter(
  'tollgate_router_hedges_total',
  'Calls that were hedged, by which attempt answered first (won: the second)',
  ['group', 'result'],
);
const rollbacks = counter('tollgate_router_canary_rollbacks_total', 'Canaries taken back', ['group']);
const refusals = counter('tollgate_router_refusals_total', 'Groups that had no deployment to try', ['code']);

export function attemptEnded(provider: string, code: ErrorCode | null): void {
  attempts.add(1, provider, code ?? 'ok');
}

export function attemptRetried(callId: string, error: GatewayError, waitMs: number): void {
  retries.inc({ code: error.code });
  log.debug({ event: 'attempt.retried', callId, code: error.code, waitMs }, 'Another try');
}

export function callFellBack(callId: string, from: Group, to: Group): void {
  fallbacks.inc({ group: from.configured });
  log.debug({ event: 'call.fell_back', callId, from: from.name, to: to.name }, 'On to a fallback');
}

export function deploymentsCooling(count: number): void {
  cooling.set(count);
}

export function groupRefused(code: ErrorCode): void {
  refusals.inc({ code });
}

export function callRouted(decision: Decision): void {
  if (log.isLevelEnabled('debug')) log.debug({ event: 'call.routed', ...decision }, 'Call routed');
}

export function callFailed(header: CallHeader, error: GatewayError, attempts: number): void {
  const { id: callId, model } = header;
  // A caller that hangs up is everyday life.
  const level = error.code === 'cancelled' ? 'debug' : 'info';
  log[level]({ event: 'call.failed', callId, model, code: error.code, attempts }, error.message);
}

export function callContinued(group: Group, delivered: boolean): void {
  continuations.inc({ group: group.configured, result: delivered ? 'ok' : 'failed' });
}

export function canaryRolledBack({ model, settings }: Canary, reason: string): void {
  rollbacks.inc({ group: model });
  log.warn({ event: 'canary.rolled_back', model, to: settings.to, reason }, 'Canary taken back');
}

export function rollbacksUnknown(cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause);
  log.debug(
    { event: 'canary.rollbacks_unknown', reason },
    'Billing does not tell yet which canaries were taken back',
  );
}

export function alertNotRaised(id: string, cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause);
  log.error({ event: 'alert.not_raised', id, reason }, 'An alert could not be kept');
}

export function hedgeEnded(group: Group, won: boolean): void {
  hedges.inc({ group: group.configured, result: won ? 'won' : 'lost' });
}

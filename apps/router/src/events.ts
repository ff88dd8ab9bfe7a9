import type { CallHeader, ErrorCode, GatewayError } from '@tollgate/contracts';
import { counter, createLogger, gauge } from '@tollgate/observability';
import type { Decision } from './decision-log.js';
import type { Group } from './group.js';

const log = createLogger('router');

const attempts = counter(
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
const refusals = counter('tollgate_router_refusals_total', 'Groups that had no deployment to try', ['code']);

export function attemptEnded(provider: string, code: ErrorCode | null): void {
  attempts.inc({ provider, result: code ?? 'ok' });
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

export function strategyNotAvailable(routingStrategy: string): void {
  log.warn(
    { event: 'strategy.not_available', routingStrategy },
    `routing_strategy ${routingStrategy} is not available yet: simple-shuffle is used`,
  );
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

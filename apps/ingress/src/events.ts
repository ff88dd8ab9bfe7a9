import { toGatewayError, type GatewayError } from '@tollgate/contracts';
import { counter, createLogger, gauge, histogram, tally } from '@tollgate/observability';

const logger = createLogger('ingress');

const requests = tally('tollgate_ingress_requests_total', 'Requests by route, status class and model', [
  'route',
  'status',
  'model',
]);
const latency = histogram('tollgate_ingress_request_seconds', 'Time from request to the last byte', [
  'route',
]);
const firstByte = histogram('tollgate_ingress_first_byte_seconds', 'Time from request to the first byte', [
  'stream',
]);
const inFlight = gauge('tollgate_ingress_calls_in_flight', 'Calls that run now', []);
const errors = counter('tollgate_ingress_errors_total', 'Requests answered with an error, by code', ['code']);
const authentication = counter(
  'tollgate_ingress_auth_failures_total',
  'Requests refused before their body was read',
  ['code'],
);
const lookups = counter(
  'tollgate_ingress_key_lookup_failures_total',
  'Key lookups that billing did not answer',
  ['effect'],
);
const limits = counter('tollgate_ingress_rate_limited_total', 'Calls that a limit refused', ['kind']);
const overBudget = counter('tollgate_ingress_over_budget_total', 'Calls that a budget had no room for', [
  'scope',
  'action',
]);
const budgetWaits = histogram(
  'tollgate_ingress_budget_wait_seconds',
  'Time that calls waited for reservations of others to end',
  ['granted'],
);
const stateFailures = counter('tollgate_ingress_state_failures_total', 'Shared state that did not answer', [
  'operation',
]);
const disconnects = counter('tollgate_ingress_client_disconnects_total', 'Calls whose client hung up', [
  'stream',
]);

const resent = counter(
  'tollgate_ingress_calls_resent_total',
  'Calls that were given to another router after one was lost with them',
  [],
);

const mcpFailures = counter(
  'tollgate_ingress_mcp_lists_failed_total',
  'MCP servers that were left out of a list',
  ['server', 'code'],
);

const deprecated = counter(
  'tollgate_ingress_deprecated_model_calls_total',
  'Calls for a model name that is deprecated, refused ones too',
  ['model'],
);

const responses = counter(
  'tollgate_ingress_responses_total',
  'Responses that the gateway was to keep for the next turn, by what became of them',
  ['outcome'],
);

const cache = counter('tollgate_ingress_cache_total', 'Calls that the response cache was asked for', [
  'outcome',
]);
const cacheFailures = counter(
  'tollgate_ingress_cache_failures_total',
  'What the response cache could not do: calls go on without',
  ['operation'],
);

const guardrails = counter(
  'tollgate_ingress_guardrails_total',
  'Guardrails that did not simply let a call go on, by what they did',
  ['guardrail', 'outcome'],
);

const STATUS_CLASSES = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** `route` is the declared path, `model` a configured name or `other`, so that labels stay few. */
export function requestFinished(route: string, status: number, model: string, elapsedMs: number): void {
  requests.add(1, route, STATUS_CLASSES[Math.floor(status / 100)] ?? '5xx', model);
  latency.observe({ route }, elapsedMs / 1_000);
}

export function firstByteSent(stream: boolean, elapsedMs: number): void {
  firstByte.observe({ stream: String(stream) }, elapsedMs / 1_000);
}

export const callsInFlight = (running: number): void => inFlight.set(running);

/** Our own failures are logged with their cause; the caller's mistakes are counted. */
export function requestFailed(error: GatewayError, callId: string | null): void {
  errors.inc({ code: error.code });
  const event = { event: 'request.failed', callId, code: error.code, status: error.status };
  if (error.code === 'internal') logger.error({ ...event, err: error.cause ?? error }, 'request failed');
  else if (callId !== null) logger.info({ ...event, reason: error.message }, 'call refused or failed');
  else logger.debug(event, 'request refused');
}

/** The answer broke off after its first byte. */
export function answerBroken(error: GatewayError, callId: string): void {
  errors.inc({ code: error.code });
  const event = { event: 'answer.broken', callId, code: error.code, err: error.cause };
  logger.warn({ ...event, reason: error.message }, 'answer broke off');
}

/** A response that the next turn may refer to was kept, or could not be. */
export function responseKept(outcome: 'kept' | 'too-long' | 'state-down', cause?: unknown): void {
  responses.inc({ outcome });
  if (outcome === 'kept') return;
  logger.warn({ event: 'response.not_kept', outcome, err: cause }, 'a response is not kept');
}

export const cacheAsked = (outcome: 'hit' | 'miss'): void => cache.inc({ outcome });

export function cacheFailed(operation: 'find' | 'keep' | 'embed' | 'bill', cause: unknown): void {
  cacheFailures.inc({ operation });
  const event = { event: 'cache.failed', operation, code: toGatewayError(cause).code };
  logger.warn(event, 'the response cache did not do its part');
}

/** `name` is the config's. `failed`: it could not decide, and the call was refused; `skipped`: it was let go on. */
export function guardrailAsked(
  name: string,
  outcome: 'masked' | 'blocked' | 'failed' | 'skipped',
  cause?: unknown,
): void {
  guardrails.inc({ guardrail: name, outcome });
  if (cause === undefined) return;
  logger.warn(
    { event: 'guardrail.failed', guardrail: name, outcome, err: cause },
    'a guardrail did not decide',
  );
}

export function requestRefused(cause: unknown): void {
  authentication.inc({ code: toGatewayError(cause).code });
}

export function keyLookupFailed(cause: unknown, effect: 'refused' | 'served-stale'): void {
  lookups.inc({ effect });
  logger.warn(
    { event: 'key.lookup-failed', effect, code: toGatewayError(cause).code },
    'billing did not answer',
  );
}

export function callRateLimited(kind: string): void {
  limits.inc({ kind });
}

/** `scope`: its name, of which the kind becomes a label. */
export function callOverBudget(scope: string, action: string): void {
  overBudget.inc({ scope: scope.slice(0, scope.indexOf(':')), action });
}

export function callWaitedForBudget(granted: boolean, elapsedMs: number): void {
  budgetWaits.observe({ granted: String(granted) }, elapsedMs / 1_000);
}

export function stateFailed(operation: 'admit' | 'settle', cause: unknown, callId: string): void {
  stateFailures.inc({ operation });
  const event = { event: 'state.failed', operation, callId, code: toGatewayError(cause).code };
  logger.warn(event, 'shared state did not answer');
}

/** `name` is the config's, so that labels stay few. */
export function deprecatedModelCalled(name: string): void {
  deprecated.inc({ model: name });
}

/** The router that had the call is lost, another one gets it. */
export function callResent(callId: string): void {
  resent.inc();
  logger.warn({ event: 'call.resent', callId }, 'a router was lost with the call, another one gets it');
}

export function clientDisconnected(stream: boolean, callId: string): void {
  disconnects.inc({ stream: String(stream) });
  logger.debug({ event: 'client.disconnected', callId }, 'client hung up');
}

export function drainExpired(running: number): void {
  logger.warn({ event: 'drain.expired', running }, 'calls were cut off: the drain time is over');
}

export function alertNotRaised(id: string, cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause);
  logger.error({ event: 'alert.not_raised', id, reason }, 'An alert could not be kept');
}

/** `server` is a name of the config. It is left out of a list. */
export function mcpServerAway(server: string, { code, message }: GatewayError): void {
  mcpFailures.inc({ server, code });
  logger.warn({ event: 'mcp.server_away', server, code, reason: message }, 'an MCP server is left out');
}

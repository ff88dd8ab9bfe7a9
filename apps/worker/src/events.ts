import {
  completionTokens,
  promptTokens,
  type AttemptHeader,
  type Outcome,
  type Usage,
  type UsageEvent,
} from '@tollgate/contracts';
import { counter, createLogger, gauge, histogram, tally } from '@tollgate/observability';

const log = createLogger('worker');

const attempts = tally(
  'tollgate_worker_attempts_total',
  'Attempts by provider and result (ok or error code)',
  ['provider', 'result'],
);
const latency = histogram('tollgate_worker_attempt_seconds', 'Duration of attempts that succeeded', [
  'provider',
]);
const firstToken = histogram('tollgate_worker_first_token_seconds', 'Time to the first token of streams', [
  'provider',
]);
const tokens = tally('tollgate_worker_tokens_total', 'Tokens by provider and direction (input, output)', [
  'provider',
  'direction',
]);
const unpriced = counter('tollgate_worker_unpriced_attempts_total', 'Attempts of models without a price', [
  'provider',
]);
const unrecorded = counter(
  'tollgate_worker_unrecorded_usage_total',
  'Usage events that the outbox refused',
  [],
);

const unreadable = gauge(
  'tollgate_worker_unreadable_credentials',
  'Stored models whose credentials this worker cannot open',
  [],
);

/** Models named in the log so far; names may come from clients of wildcard deployments, so it is bounded. */
const namedUnpriced = new Set<string>();
const MAX_NAMED = 1_000;

export function attemptFinished(header: AttemptHeader, provider: string, outcome: Outcome): void {
  const { error, latencyMs, firstTokenMs } = outcome;
  attempts.add(1, provider, error?.code ?? 'ok');
  if (firstTokenMs !== null) firstToken.observe({ provider }, firstTokenMs / 1000);
  if (error === null) {
    latency.observe({ provider }, latencyMs / 1000);
    return;
  }
  const { attemptId, deploymentId } = header;
  // A caller that hangs up is everyday life.
  const level = error.code === 'cancelled' ? 'debug' : 'info';
  log[level](
    {
      event: 'attempt.failed',
      attemptId,
      deploymentId,
      provider,
      code: error.code,
      delivered: outcome.delivered,
    },
    error.message,
  );
}

export function usagePriced(priced: {
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
  readonly costNanos: number | null;
}): void {
  const { provider, model, usage, costNanos } = priced;
  tokens.add(promptTokens(usage), provider, 'input');
  tokens.add(completionTokens(usage), provider, 'output');
  if (costNanos !== null) return;
  unpriced.inc({ provider });
  const name = `${provider}/${model}`;
  if (namedUnpriced.has(name) || namedUnpriced.size >= MAX_NAMED) return;
  namedUnpriced.add(name);
  log.warn({ event: 'model.unpriced', provider, model }, `No price is known for ${name}`);
}

/** The event itself is logged whole: it is the only copy. */
export function usageNotRecorded(usage: UsageEvent, cause: unknown): void {
  unrecorded.inc();
  const reason = cause instanceof Error ? cause.message : String(cause);
  log.error({ event: 'usage.not_recorded', usage, reason }, 'A usage event could not be kept');
}

/** Until billing has it, budgets do not see it. */
export function costNotTold(
  debt: { readonly attemptId: string; readonly costNanos: number },
  error: unknown,
): void {
  log.warn({ event: 'attempt.cost_not_told', ...debt, error }, 'What a failed attempt cost was not told');
}

/** The deployment is left out; the salt key is another one than the model was stored with, or is missing. */
export function credentialsUnreadable({ id, group }: { id: string; group: string }, reason: string): void {
  log.error({ event: 'deployment.unreadable', id, group, reason }, 'a stored model cannot be opened');
}

export function credentialsUnreadableNow(count: number): void {
  unreadable.set(count);
}

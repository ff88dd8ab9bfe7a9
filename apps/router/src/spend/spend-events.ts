import { counter, createLogger } from '@tollgate/observability';

const log = createLogger('router');

const failures = counter(
  'tollgate_router_spend_failures_total',
  'Times that billing did not tell what was spent of the budgets of providers, deployments and tags',
  [],
);

/** `isNews`: it was known until now. */
export function spendNotTold(cause: unknown, isNews: boolean): void {
  failures.inc();
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (isNews)
    log.warn({ event: 'spend.not_told', reason }, 'Budgets go by the last known spend and own costs');
}

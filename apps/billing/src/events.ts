import { counter, createLogger, histogram } from '@tollgate/observability';
import type { Recorded } from './ledger/recorded.js';

const logger = createLogger('billing');

const rows = counter('tollgate_ledger_rows_total', 'Usage events by what they did to the ledger.', [
  'result',
]);
const spend = counter('tollgate_spend_nanos_total', 'Nano-dollars added to the ledger.', ['provider']);
const unpriced = counter('tollgate_unpriced_usage_total', 'Usage of models without a price.', ['provider']);
const batchSize = histogram(
  'tollgate_ledger_batch_size',
  'Usage events in a batch.',
  [],
  [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
);
const batchSeconds = histogram('tollgate_ledger_batch_seconds', 'Time to write a batch to the ledger.', []);
const failures = counter('tollgate_ledger_batch_failures_total', 'Batches that will come again.', ['reason']);
const purged = counter('tollgate_keys_purged_total', 'Keys deleted long after they expired.', []);

/** Providers whose unpriced usage was warned of: once each is enough. */
const warned = new Set<string>();

export function batchRecorded(recorded: Recorded, size: number, seconds: number): void {
  batchSize.observe(size);
  batchSeconds.observe(seconds);
  for (const result of ['inserted', 'superseded', 'duplicate'] as const)
    rows.inc({ result }, recorded[result]);
  for (const share of recorded.byProvider) {
    // A known event may cost less than the unknown one it replaces, and a counter cannot go down.
    spend.inc({ provider: share.provider }, Math.max(0, share.spendNanos));
    if (share.unpriced > 0) usageUnpriced(share.provider, share.unpriced);
  }
  logger.debug({ event: 'usage.recorded', size, inserted: recorded.inserted }, 'usage recorded');
}

function usageUnpriced(provider: string, count: number): void {
  unpriced.inc({ provider }, count);
  if (warned.has(provider)) return;
  warned.add(provider);
  logger.warn({ event: 'usage.unpriced', provider }, 'usage of a model without a price');
}

export function batchFailed(error: unknown, size: number, isAway: boolean): void {
  failures.inc({ reason: isAway ? 'database_away' : 'error' });
  const reason = error instanceof Error ? error.message : String(error);
  logger.error({ event: 'usage.batch_failed', size, reason }, 'usage batch failed and will be repeated');
}

/** An event that the database refuses whenever it comes; its whole text is kept here, for it is nowhere else. */
export function usageRefused(usageEvent: unknown, reason: string): void {
  rows.inc({ result: 'refused' });
  logger.error({ event: 'usage.refused', reason, usageEvent }, 'usage event cannot be stored');
}

export function expiredKeysPurged(count: number): void {
  purged.inc(count);
  logger.info({ event: 'keys.purged', count }, 'expired keys deleted');
}

export function partitionsDropped(names: readonly string[]): void {
  logger.info(
    { event: 'ledger.partitions_dropped', names },
    'rows of the ledger that are no longer kept are gone',
  );
}

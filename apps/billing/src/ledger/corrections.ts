import type { Actor, CounterParts } from '@tollgate/contracts';
import { queryPrepared, toSafeInteger, type Database } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import { SUM_CORRECTIONS } from '../spend/spend-sums.sql.js';
import { boundedName } from './sums-of-events.js';

/** What a budget's counter is corrected by. A counter without a window is the scope's total since ever. */
export interface Correction {
  readonly counter: CounterParts;
  /** Added to what was spent; negative takes off. */
  readonly nanos: number;
  readonly actor: Actor;
  readonly reason: string;
}

/** Adds a correction to the ledger, in the transaction of whoever makes it. Sums of the counter contain it from then on. */
export async function recordCorrection(
  manager: EntityManager,
  { counter, nanos, actor, reason }: Correction,
): Promise<void> {
  const { scope, model, window, start } = counter;
  const now = Date.now();
  await manager.query(
    `insert into ledger_correction (kind, scope_id, model, budget_window, window_start, nanos, actor, reason, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [scope.kind, scope.id, model, window, start, nanos, JSON.stringify(actor), reason, now],
  );
  if (window !== null || model !== null) return;
  if (scope.kind === 'key') {
    await manager.query('update virtual_key set spend_nanos = spend_nanos + $2 where hash = $1', [
      scope.id,
      nanos,
    ]);
    return;
  }
  await manager.query(
    `insert into spend_total (kind, id, spend_nanos, requests, last_active_at) values ($1, $2, $3, 0, $4)
     on conflict (kind, id) do update set spend_nanos = spend_total.spend_nanos + excluded.spend_nanos`,
    [scope.kind, boundedName(scope.id), nanos, now],
  );
}

/** The sum of the corrections of each counter, in nano-dollars. */
export async function correctionsOf(
  { dataSource }: Database,
  counters: readonly CounterParts[],
): Promise<number[]> {
  const rows = await queryPrepared<{ position: number; nanos: string }>(dataSource, SUM_CORRECTIONS, [
    counters.map(({ scope }) => scope.kind),
    counters.map(({ scope }) => scope.id),
    counters.map(({ model }) => model),
    counters.map(({ window }) => window),
    counters.map(({ start }) => start),
  ]);
  const sums = counters.map(() => 0);
  for (const { position, nanos } of rows) sums[position] = toSafeInteger(nanos);
  return sums;
}

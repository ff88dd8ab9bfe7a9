import type { EntryKind } from '@tollgate/contracts';
import { toSafeInteger } from '@tollgate/database';
import type { EntityManager } from 'typeorm';

/** Nano-dollars since ever, corrections included, by id; those that have spent nothing are missing. */
export async function spendOf(
  manager: EntityManager,
  kind: EntryKind | 'member',
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await manager.query<{ id: string; spend_nanos: string }[]>(
    'select id, spend_nanos from spend_total where kind = $1 and id = any($2)',
    [kind, ids],
  );
  return new Map(rows.map((row) => [row.id, toSafeInteger(row.spend_nanos)]));
}

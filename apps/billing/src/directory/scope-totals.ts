import type { EntryKind } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';

/** Nano-dollars since ever, by id; those that have spent nothing are missing. */
export async function spendOf(
  _manager: EntityManager,
  _kind: EntryKind | 'member',
  _ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return new Map();
}

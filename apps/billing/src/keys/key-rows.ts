import { GatewayError, type Actor, type KeyRecord, type SpentKey } from '@tollgate/contracts';
import { violatedConstraint } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import type { Changes } from '../audit/admin-changes.js';
import { nameOf } from '../audit/actor-name.js';
import { VirtualKey } from '../entities/virtual-key.entity.js';

/** The record of a row, without what billing keeps for itself. */
export function toKeyRecord(row: VirtualKey): KeyRecord {
  const { routing, spendNanos: _spent, lastActiveAt: _active, deletedAt: _at, deletedBy: _by, ...key } = row;
  return { ...key, ...(routing !== null && { routing }) };
}

export const toSpentKey = (row: VirtualKey): SpentKey => ({
  key: toKeyRecord(row),
  spendNanos: row.spendNanos,
  lastActiveAt: row.lastActiveAt,
  status: row.deletedAt === null ? 'active' : 'deleted',
});

/** A deleted key of the same hash makes room. Throws `invalid_request` naming the param when the alias or the hash is taken. */
export async function insertKey(manager: EntityManager, key: KeyRecord): Promise<void> {
  await manager.query('delete from virtual_key where hash = $1 and deleted_at is not null', [key.hash]);
  await refuseFormerHash(manager, key.hash);
  const { metadata, settings, routing = null } = key;
  const row = { ...key, metadata: metadata as object, settings: settings as object, routing, spendNanos: 0 };
  await namingTheTaken(key.alias, () => manager.insert(VirtualKey, row));
}

/** What was spent under a former hash counts for the key that had it: no other key can take it. */
export async function refuseFormerHash(manager: EntityManager, hash: string): Promise<void> {
  const former = await manager.query<unknown[]>('select 1 from former_key where hash = $1', [hash]);
  if (former.length > 0) throw hashTaken();
}

/** Does work that may run into an alias or hash of another key. LiteLLM's texts, where it has one. */
export async function namingTheTaken(alias: string | null, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'virtual_key_pkey') throw hashTaken(error);
    if (constraint !== 'virtual_key_alias_unique') throw error;
    throw new GatewayError(
      'invalid_request',
      `Key with alias '${alias}' already exists. Unique key aliases across all keys are required.`,
      { param: 'key_alias', cause: error },
    );
  }
}

const hashTaken = (cause?: unknown): GatewayError =>
  new GatewayError('invalid_request', 'Key already exists.', { param: 'key', cause });

/** The living keys that a condition on `key` holds for, locked in the order of their hashes, as the ledger locks them. */
export const lockKeys = (
  manager: EntityManager,
  condition: string,
  parameters: Record<string, unknown>,
): Promise<VirtualKey[]> =>
  manager
    .createQueryBuilder(VirtualKey, 'key')
    .where(`(${condition}) and key.deletedAt is null`, parameters)
    .orderBy('key.hash')
    .setLock('pessimistic_write')
    .getMany();

/** Changes all keys that a condition holds for, locked in the same order. Returns their hashes. */
export async function changeKeys(
  manager: EntityManager,
  { set, where }: { readonly set: string; readonly where: string },
  values: readonly unknown[],
): Promise<string[]> {
  const rows = await manager.query<{ hash: string }[]>(
    `with locked as materialized (select hash from virtual_key where ${where} order by hash for no key update),
       changed as (
         update virtual_key set ${set} from locked where virtual_key.hash = locked.hash returning virtual_key.hash
       )
     select hash from changed`,
    [...values],
  );
  return rows.map(({ hash }) => hash);
}

/** Notes that ingress must forget these keys: their scopes, their hashes, and former hashes that are still good. */
export async function touchKeys(
  manager: EntityManager,
  changes: Changes,
  hashes: readonly string[],
): Promise<void> {
  for (const hash of hashes) {
    changes.keys.add(hash);
    changes.touchScope({ kind: 'key', id: hash });
  }
  const formers = await manager.query<{ hash: string }[]>(
    'select hash from former_key where current_hash = any($1) and grace_until > $2',
    [hashes, Date.now()],
  );
  for (const { hash } of formers) changes.keys.add(hash);
}

/** Deletes keys that are locked; they are kept, and their aliases are free. Returns their hashes. */
export async function removeKeys(
  manager: EntityManager,
  { changes, actor }: { readonly changes: Changes; readonly actor: Actor },
  keys: readonly VirtualKey[],
): Promise<string[]> {
  if (keys.length === 0) return [];
  const hashes = keys.map(({ hash }) => hash);
  const deleted = [hashes, Date.now(), nameOf(actor)];
  await manager.query(
    'update virtual_key set deleted_at = $2, deleted_by = $3 where hash = any($1)',
    deleted,
  );
  for (const key of keys)
    changes.audit({
      action: 'deleted',
      object: 'key',
      objectId: key.hash,
      before: toKeyRecord(key),
      after: null,
    });
  await touchKeys(manager, changes, hashes);
  return hashes;
}

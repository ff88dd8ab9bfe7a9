import { Inject, Injectable } from '@nestjs/common';
import type { KeyRecord, SpentKey } from '@tollgate/contracts';
import { toSafeInteger, type Database } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import { VirtualKey } from '../entities/virtual-key.entity.js';
import { DATABASE } from '../tokens.js';
import { listKeyPage, type KeyPage, type KeyQuery } from './key-list.js';
import { changeKeys, toSpentKey } from './key-rows.js';

interface Former {
  readonly current_hash: string;
  readonly grace_until: string;
}

/** Reads virtual keys, and lets go of those whose time is over. */
@Injectable()
export class KeyStore {
  private readonly manager: EntityManager;

  constructor(@Inject(DATABASE) database: Database) {
    this.manager = database.dataSource.manager;
  }

  /** By its hash, or a former one that is still good; a deleted one only when asked for. */
  async find(hash: string, deleted = false): Promise<SpentKey | null> {
    const row = await this.manager.findOneBy(VirtualKey, { hash });
    if (row !== null) return row.deletedAt === null || deleted ? toSpentKey(row) : null;
    const [former] = await this.manager.query<Former[]>(
      'select current_hash, grace_until from former_key where hash = $1 and grace_until > $2',
      [hash, Date.now()],
    );
    if (former === undefined) return null;
    const current = await this.manager.findOneBy(VirtualKey, { hash: former.current_hash });
    if (current?.deletedAt !== null) return null;
    const spent = toSpentKey(current);
    return { ...spent, key: endingAt(spent.key, toSafeInteger(former.grace_until)) };
  }

  list(query: KeyQuery): Promise<KeyPage> {
    return listKeyPage(this.manager, query);
  }

  /** Deletes the keys that expired before a time (epoch milliseconds) and returns their hashes. */
  deleteExpired(before: number): Promise<string[]> {
    const set = "deleted_at = $2, deleted_by = 'expired'";
    const where = 'expires_at < $1 and deleted_at is null';
    return changeKeys(this.manager, { set, where }, [before, Date.now()]);
  }

  /** Forgets the keys that were deleted before a time (epoch milliseconds). */
  async forgetDeleted(before: number): Promise<void> {
    await this.manager.query('delete from virtual_key where deleted_at < $1', [before]);
  }
}

/** Ingress refuses a former hash by the record's end, for it keeps records longer than a grace may last. */
const endingAt = (key: KeyRecord, graceUntil: number): KeyRecord => ({
  ...key,
  expiresAt: Math.min(key.expiresAt ?? Infinity, graceUntil),
});

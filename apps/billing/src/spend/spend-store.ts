import { Inject, Injectable } from '@nestjs/common';
import type { SpendPage, SpendQuery } from '@tollgate/contracts';
import { toSafeInteger, type Database } from '@tollgate/database';
import type { SelectQueryBuilder } from 'typeorm';
import { LedgerEntry } from '../entities/ledger-entry.entity.js';
import { DATABASE } from '../tokens.js';
import { decodeCursor, encodeCursor } from './spend-cursor.js';

type SpendFilter = Omit<SpendQuery, 'limit' | 'cursor'>;

export interface SpendSummary {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly keyHash: string;
  readonly userId: string | null;
  readonly model: string;
  readonly spendNanos: number;
}

const UTC_DAY = `to_char(to_timestamp(entry.started_at / 1000) at time zone 'UTC', 'YYYY-MM-DD')`;

/** Reads the ledger. */
@Injectable()
export class SpendStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Newest first. Pages stay in step while rows arrive: each starts after the last row of the one before. */
  async list({ limit, cursor, ...filter }: SpendQuery): Promise<SpendPage> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const total = after?.total ?? (await this.filtered(filter).getCount());
    const query = this.filtered(filter).orderBy('entry.startedAt', 'DESC').addOrderBy('entry.id', 'DESC');
    if (after !== undefined) query.andWhere('(entry.started_at, entry.id) < (:startedAt, :id)', after);
    const rows = await query.limit(limit + 1).getMany();
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      rows: page,
      next: last === undefined ? null : encodeCursor({ startedAt: last.startedAt, id: last.id, total }),
      total,
    };
  }

  async summarize(filter: SpendFilter): Promise<SpendSummary[]> {
    const rows = await this.filtered(filter)
      .select(UTC_DAY, 'day')
      .addSelect('entry.key_hash', 'keyHash')
      .addSelect('entry.user_id', 'userId')
      .addSelect('entry.model', 'model')
      .addSelect('coalesce(sum(entry.cost_nanos), 0)::bigint', 'spendNanos')
      .groupBy('1, 2, 3, 4')
      .orderBy('1, 2, 3, 4')
      .getRawMany<SpendSummary>();
    return rows.map((row) => ({ ...row, spendNanos: toSafeInteger(row.spendNanos) }));
  }

  private filtered({ requestId, keyHash, userId, from, to }: SpendFilter): SelectQueryBuilder<LedgerEntry> {
    const query = this.database.dataSource.getRepository(LedgerEntry).createQueryBuilder('entry');
    if (requestId !== undefined)
      // A call's attempts are `{call id}:{n}`, and `;` is the character after the colon.
      query.andWhere(
        `(entry.response_id = :requestId or (entry.id > :requestId || ':' and entry.id < :requestId || ';'))`,
        { requestId },
      );
    if (keyHash !== undefined) query.andWhere('entry.key_hash = :keyHash', { keyHash });
    if (userId !== undefined) query.andWhere('entry.user_id = :userId', { userId });
    if (from !== undefined) query.andWhere('entry.started_at >= :from', { from: Math.ceil(from) });
    if (to !== undefined) query.andWhere('entry.started_at < :to', { to: Math.ceil(to) });
    return query;
  }
}

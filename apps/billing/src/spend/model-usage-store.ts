import { Inject, Injectable } from '@nestjs/common';
import { toSafeInteger, type Database } from '@tollgate/database';
import { LedgerEntry } from '../entities/ledger-entry.entity.js';
import { DATABASE } from '../tokens.js';

export interface ModelUsageQuery {
  /** The name as clients write it. */
  readonly model: string;
  /** Epoch milliseconds, inclusive. */
  readonly from: number;
  readonly limit: number;
}

/** What one key asked of a name. */
export interface ModelUsageRow {
  readonly keyHash: string;
  /** Alias and team as the key's last call had them. */
  readonly keyAlias: string | null;
  readonly teamId: string | null;
  readonly calls: number;
  readonly spendNanos: number;
  readonly lastCallAt: number;
}

const latest = (column: string): string => `(array_agg(${column} order by entry.started_at desc))[1]`;

/** Who asks for a model name, by the ledger: calls that reached no provider are not in it. */
@Injectable()
export class ModelUsageStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** The busiest keys first. A call counts once, however many attempts it took; its spend is that of all of them. */
  async usage({ model, from, limit }: ModelUsageQuery): Promise<ModelUsageRow[]> {
    const rows = await this.database.dataSource
      .getRepository(LedgerEntry)
      .createQueryBuilder('entry')
      .select('entry.key_hash', 'keyHash')
      .addSelect(latest('entry.key_alias'), 'keyAlias')
      .addSelect(latest('entry.team_id'), 'teamId')
      .addSelect('count(distinct entry.call_id)::int', 'calls')
      .addSelect('coalesce(sum(entry.cost_nanos), 0)::bigint', 'spendNanos')
      .addSelect('max(entry.started_at)', 'lastCallAt')
      .where('entry.model = :model and entry.started_at >= :from', { model, from: Math.ceil(from) })
      .groupBy('entry.key_hash')
      .orderBy('calls', 'DESC')
      .addOrderBy('entry.key_hash')
      .limit(limit)
      .getRawMany<ModelUsageRow>();
    return rows.map((row) => ({
      ...row,
      spendNanos: toSafeInteger(row.spendNanos),
      lastCallAt: toSafeInteger(row.lastCallAt),
    }));
  }
}

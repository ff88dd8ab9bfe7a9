import { Inject, Injectable } from '@nestjs/common';
import type { SpendPage, SpendQuery } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import {
  ENTRIES_WITH_ACCOUNTS,
  ENTRY_WITH_ACCOUNT,
  toUsageEvent,
  type EntryRow,
} from '../ledger/entry-rows.js';
import { DATABASE } from '../tokens.js';
import { decodeCursor, encodeCursor } from './spend-cursor.js';
import { conditionsOf, type SpendFilter } from './spend-filter.js';

/** Counting and sorting go no further: whoever wants to know of all asks for sums. */
const MOST_ROWS = 10_000;

const SORTED_BY = {
  calledAt: 'called_at',
  endedAt: 'ended_at',
  cost: 'coalesce(cost_nanos, 0)',
  tokens:
    'usage_input + usage_cache_read + usage_cache_write_5m + usage_cache_write_1h + usage_audio_input + usage_image_input + usage_output + usage_reasoning + usage_audio_output + usage_image_output',
} as const;

/** Reads the rows of the ledger. */
@Injectable()
export class SpendStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * By the time when calls were let in, newest first. Pages by cursor stay in step while rows arrive: each starts after the last
   * row of the one before.
   */
  async list(query: SpendQuery): Promise<SpendPage> {
    const { limit, cursor, offset = 0, sortBy = 'calledAt', descending = true, ...filter } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const total = after?.total ?? (await this.count(filter));
    const conditions = conditionsOf(filter);
    if (after !== undefined)
      conditions.where(
        `(entry.called_at, entry.id) < (${conditions.parameter(after.calledAt)}::bigint, ?::text)`,
        after.id,
      );
    const isPlain = sortBy === 'calledAt' && descending;
    const direction = descending ? 'desc' : 'asc';
    const found = `select ${ENTRY_WITH_ACCOUNT} from ${ENTRIES_WITH_ACCOUNTS} where ${conditions.toString()}
      order by entry.called_at ${sortBy === 'calledAt' ? direction : 'desc'}, entry.id ${direction}`;
    const text =
      sortBy === 'calledAt'
        ? found
        : `select * from (${found} limit ${MOST_ROWS}) as newest order by ${SORTED_BY[sortBy]} ${direction}, id`;
    const rows = await this.database.dataSource.query<EntryRow[]>(
      `${text} limit ${limit + 1} offset ${offset}`,
      conditions.parameters,
    );
    const page = rows.slice(0, limit).map(toUsageEvent);
    const last = isPlain && rows.length > limit ? page.at(-1) : undefined;
    return {
      rows: page,
      next: last === undefined ? null : encodeCursor({ calledAt: last.calledAt, id: last.id, total }),
      total,
    };
  }

  private async count(filter: SpendFilter): Promise<number> {
    const conditions = conditionsOf(filter);
    const [row] = await this.database.dataSource.query<{ total: number }[]>(
      `select count(*)::int as total from
       (select 1 from ledger_entry as entry where ${conditions.toString()} limit ${MOST_ROWS + 1}) as found`,
      conditions.parameters,
    );
    return row?.total ?? 0;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { SpendDimension, SpendReportQuery, SpendReportRow } from '@tollgate/contracts';
import { toSafeInteger, type Database } from '@tollgate/database';
import { METRICS } from '../ledger/sums-of-events.js';
import { DATABASE } from '../tokens.js';
import { DAY_MS, daysOf, reportStatement } from './report.sql.js';

const MOST_DELETED = 10_000;

/** Rows by day are counted so far: who asks for days has enough to read. */
const MOST_COUNTED = 10_001;

export interface SpendReport {
  readonly rows: SpendReportRow[];
  readonly total: number;
}

type ReportRow = Record<string, string | null>;

/** Reads the sums that are kept with the ledger. */
@Injectable()
export class ReportStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  report(query: SpendReportQuery): Promise<SpendReport> {
    return query.orderBy === 'day' && query.by.includes('day') ? this.newestDays(query) : this.read(query);
  }

  /** The newest day, the two before it, the four before those and so on, until there is what is asked for. */
  private async newestDays(query: SpendReportQuery): Promise<SpendReport> {
    const { offset = 0, limit } = query;
    const kept = await this.keptDays();
    const earliest = Math.max(query.from ?? 0, kept.first);
    const rows: SpendReportRow[] = [];
    let total = 0;
    let to = Math.min(daysOf(query.from, query.to).end, kept.last + DAY_MS);
    for (let days = 1; to > earliest && (total < MOST_COUNTED || rows.length < limit); days *= 2) {
      const from = Math.max(earliest, daysOf(to - days * DAY_MS).first);
      const left = { offset: Math.max(0, offset - total), limit: Math.max(1, limit - rows.length) };
      const part = await this.read({ ...query, from, to, ...left });
      if (rows.length < limit) rows.push(...part.rows);
      total += part.total;
      to = from;
    }
    return { rows, total };
  }

  /** The first milliseconds of the first day and the last that anything is known of. */
  private async keptDays(): Promise<{ first: number; last: number }> {
    const [row] = await this.database.dataSource.query<Record<'first' | 'last', string | null>[]>(
      `select min(day) as first, max(day) as last from spend_scope_day where kind = 'gateway'`,
    );
    return { first: toSafeInteger(row?.first ?? 0), last: toSafeInteger(row?.last ?? 0) };
  }

  private async read(query: SpendReportQuery): Promise<SpendReport> {
    const { text, parameters } = reportStatement(query);
    const rows = await this.database.dataSource.query<ReportRow[]>(text, parameters);
    const found = rows.filter((row) => row['requests'] !== null);
    return {
      rows: found.map((row) => toReportRow(row, query.by)),
      total: toSafeInteger(rows[0]?.['total'] ?? 0),
    };
  }

  /** Deletes the sums of hours before a time (epoch ms), some at a time. Days stay. */
  async forgetHours(before: number): Promise<void> {
    const { dataSource } = this.database;
    let deleted = MOST_DELETED;
    while (deleted === MOST_DELETED)
      [, deleted] = await dataSource.query<[unknown, number]>(
        `delete from spend_rollup where ctid = any (array(
           select ctid from spend_rollup where hours = 1 and kind in ('all', 'tag', 'end_user') and bucket < $1
           limit ${MOST_DELETED}))`,
        [before],
      );
  }
}

function toReportRow(row: ReportRow, by: readonly SpendDimension[]): SpendReportRow {
  const metric = (name: (typeof METRICS)[number]): number => toSafeInteger(row[name] ?? 0);
  return {
    by: Object.fromEntries(by.map((dimension, index) => [dimension, valueOf(dimension, row[`by_${index}`])])),
    spendNanos: metric('spend_nanos'),
    promptTokens: metric('prompt_tokens'),
    completionTokens: metric('completion_tokens'),
    cacheReadTokens: metric('cache_read_tokens'),
    cacheWriteTokens: metric('cache_write_tokens'),
    requests: metric('requests'),
    failures: metric('failures'),
  };
}

function valueOf(dimension: SpendDimension, value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return dimension === 'day' ? new Date(Number(value) * DAY_MS).toISOString().slice(0, 10) : value;
}

import { Inject, Injectable } from '@nestjs/common';
import { toSafeInteger, type Database } from '@tollgate/database';
import { DATABASE } from '../tokens.js';

/** Any number, the same in every replica: the key of Postgres's advisory lock around changes of partitions. */
const PARTITION_LOCK = 7_243_002;

/** Changes wait so long for those who read the ledger, and hold up everybody else meanwhile. */
const LOCK_TIMEOUT = '2s';

const NAME = /^ledger_entry_y(\d+)m(\d\d)$/;

/** The partitions of `ledger_entry`: one a month (UTC), by the time when calls were let in. */
@Injectable()
export class Partitions {
  /** First milliseconds of months that have one. */
  private known = new Set<number>();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Makes what is missing for rows of these times (epoch ms). Costs nothing when there is nothing to make. */
  async ensure(times: Iterable<number>): Promise<void> {
    const missing = this.missing(times);
    if (missing.size === 0) return;
    await this.database.dataSource.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
      await manager.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      for (const month of missing)
        await manager.query(
          `create table if not exists ${nameOf(month)} partition of ledger_entry
           for values from (${month}) to (${nextMonth(month)})`,
        );
    });
    for (const month of missing) this.known.add(month);
  }

  /** Another replica may have dropped some. */
  forget(): void {
    this.known = new Set();
  }

  /** Drops those whose rows are all older than a time (epoch ms). Sums stay. Answers the names. */
  async dropBefore(time: number): Promise<string[]> {
    const over = (await this.months()).filter((month) => nextMonth(month) <= time);
    for (const month of over)
      await this.database.dataSource.transaction(async (manager) => {
        await manager.query('select pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
        await manager.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
        await manager.query(`drop table if exists ${nameOf(month)}`);
      });
    for (const month of over) this.known.delete(month);
    return over.map(nameOf);
  }

  /** The months without a partition. Most times are of the month that the one before is of. */
  private missing(times: Iterable<number>): Set<number> {
    const missing = new Set<number>();
    let [month, end] = [NaN, NaN];
    for (const time of times) {
      if (time >= month && time < end) continue;
      month = monthOf(time);
      end = nextMonth(month);
      if (!this.known.has(month)) missing.add(month);
    }
    return missing;
  }

  /** The first milliseconds of the months that there are, the oldest first. */
  private async months(): Promise<number[]> {
    const rows = await this.database.dataSource.query<{ name: string }[]>(
      `select child.relname as name from pg_inherits join pg_class as child on child.oid = inhrelid
       where inhparent = 'ledger_entry'::regclass`,
    );
    return rows
      .flatMap(({ name }) => {
        const [, year, month] = NAME.exec(name) ?? [];
        return year === undefined ? [] : [Date.UTC(Number(year), Number(month) - 1)];
      })
      .sort((left, right) => left - right);
  }
}

/** The first millisecond of the UTC month that a time is in. */
export function monthOf(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

export function nextMonth(month: number): number {
  const date = new Date(month);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

function nameOf(month: number): string {
  const date = new Date(toSafeInteger(month));
  return `ledger_entry_y${date.getUTCFullYear()}m${String(date.getUTCMonth() + 1).padStart(2, '0')}`;
}

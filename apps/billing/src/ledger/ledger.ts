import { Inject, Injectable } from '@nestjs/common';
import type { UsageEvent } from '@tollgate/contracts';
import { queryPrepared, type Database } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import { DATABASE } from '../tokens.js';
import { Accounts } from './account.js';
import { BatchOfEntries } from './batch.js';
import { eachOnce, upToDate, type Entry } from './entry-columns.js';
import { ENTRIES_WITH_ACCOUNTS, ENTRY_WITH_ACCOUNT, toEntry, type EntryRow } from './entry-rows.js';
import { INSERT_ENTRIES, REPLACE_ENTRIES } from './ledger.sql.js';
import { Partitions } from './partitions.js';
import { recordedOf, type Recorded } from './recorded.js';
import { storable } from './storable.js';

/** Others may write the same ids at once, and win; how often that is borne. */
const MOST_TRIES = 5;

const UNIQUE_VIOLATION = '23505';
const CHECK_VIOLATION = '23514';

/** What a batch comes to, of what is there already. */
interface Plan {
  readonly fresh: readonly Entry[];
  /** Known entries and the unknown ones whose place they take. */
  readonly replacing: readonly { readonly entry: Entry; readonly old: Entry }[];
}

/** The ledger: each usage event once, and the sums of scopes and rollups equal to their rows' sum. */
@Injectable()
export class Ledger {
  private readonly accounts = new Accounts();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly partitions: Partitions,
  ) {}

  /**
   * All of the events or, when it throws, none of them. Safe to repeat, and to run at once with another batch. A repeat changes
   * nothing; a known event takes the place of the unknown one of its id.
   */
  async record(events: readonly UsageEvent[]): Promise<Recorded> {
    const batch = this.batchOf(eachOnce(events.map(upToDate)));
    await this.partitions.ensure(timesOf(batch.entries));
    for (let tries = 1; ; tries += 1) {
      try {
        const plan = tries === 1 ? await this.insertAll(batch) : await this.insertWhatIsNew(batch.entries);
        return recordedOf(plan, events.length - plan.fresh.length - plan.replacing.length);
      } catch (error) {
        if (tries === MOST_TRIES || !(await this.mayTryAgain(error, batch.entries))) throw error;
      }
    }
  }

  private batchOf(events: readonly UsageEvent[]): BatchOfEntries {
    const batch = new BatchOfEntries(this.entriesOf(events), this.accounts);
    return batch.isStorable()
      ? batch
      : new BatchOfEntries(this.entriesOf(events.map(storable)), this.accounts);
  }

  private entriesOf(events: readonly UsageEvent[]): Entry[] {
    return events.map((event) => ({ event, accountId: this.accounts.idOf(event) }));
  }

  /** What nearly every batch is: events that nobody has seen yet. */
  private async insertAll(batch: BatchOfEntries): Promise<Plan> {
    await queryPrepared(this.database.dataSource, INSERT_ENTRIES, batch.parameters());
    batch.committed();
    return { fresh: batch.entries, replacing: [] };
  }

  private async insertWhatIsNew(entries: readonly Entry[]): Promise<Plan> {
    let batch: BatchOfEntries | undefined;
    const plan = await this.database.dataSource.transaction(async (manager) => {
      const planned = planOf(entries, await lockExisting(manager, entries));
      batch = new BatchOfEntries(planned.fresh, this.accounts, planned.replacing);
      await manager.query(INSERT_ENTRIES.text, batch.parameters());
      if (planned.replacing.length > 0) await manager.query(REPLACE_ENTRIES, batch.replacements());
      return planned;
    });
    batch?.committed();
    return plan;
  }

  /** Some of the ids were there, or a partition is gone. */
  private async mayTryAgain(error: unknown, entries: readonly Entry[]): Promise<boolean> {
    const { code, message } = error as { code?: unknown; message?: string };
    if (code === UNIQUE_VIOLATION) return true;
    if (code !== CHECK_VIOLATION || message?.startsWith('no partition of relation') !== true) return false;
    this.partitions.forget();
    await this.partitions.ensure(timesOf(entries));
    return true;
  }
}

const timesOf = (entries: readonly Entry[]): number[] =>
  entries.map(({ event }) => Math.round(event.calledAt));

async function lockExisting(manager: EntityManager, entries: readonly Entry[]): Promise<Map<string, Entry>> {
  const rows = await manager.query<EntryRow[]>(
    `select ${ENTRY_WITH_ACCOUNT} from ${ENTRIES_WITH_ACCOUNTS}
     where (entry.id, entry.called_at) in (select * from unnest($1::text[], $2::bigint[]))
     order by entry.id for update of entry`,
    [entries.map(({ event }) => event.id), timesOf(entries)],
  );
  return new Map(rows.map(toEntry).map((entry) => [entry.event.id, entry]));
}

function planOf(entries: readonly Entry[], existing: ReadonlyMap<string, Entry>): Plan {
  const fresh = entries.filter(({ event }) => !existing.has(event.id));
  const replacing = entries.flatMap((entry) => {
    const old = existing.get(entry.event.id);
    return old?.event.status === 'unknown' && entry.event.status !== 'unknown' ? [{ entry, old }] : [];
  });
  return { fresh, replacing };
}

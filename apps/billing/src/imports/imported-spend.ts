import {
  counterName,
  scopeName,
  type Actor,
  type CounterParts,
  type ScopeKind,
  type UsageEvent,
} from '@tollgate/contracts';
import { toSafeInteger, type Database } from '@tollgate/database';
import type { Turns } from '../counters/turns.js';
import { recordCorrection } from '../ledger/corrections.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Recorded } from '../ledger/recorded.js';
import { CORRECTED, COUNT_EARLIER, takenStatement } from './imported-spend.sql.js';

const DAY_HOURS = 24;
const AT_ONCE = 500;

interface CorrectedRow {
  readonly kind: ScopeKind;
  readonly scope_id: string;
  readonly model: string | null;
  readonly budget_window: string | null;
  readonly window_start: string;
  readonly nanos: string;
}

export interface ImportOrigin {
  /** Deployments of imported calls begin with it; none of ours does. */
  readonly deploymentPrefix: string;
  /** Of the corrections. */
  readonly reason: string;
  readonly actor: Actor;
}

/** What another gateway has spent, in our ledger: its calls, and corrections by what they do not account for. */
export class ImportedSpend {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly turns: Turns,
    private readonly origin: ImportOrigin,
  ) {}

  /** All or none of the calls; known ones are left as they are. */
  record(events: readonly UsageEvent[]): Promise<Recorded> {
    return this.ledger.record(events);
  }

  /** Of these ids, those that are in the ledger. */
  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.query<{ id: string }>('select id from ledger_entry where id = any($1)', [ids]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Up to when a source's calls were taken (epoch ms); null: none was. */
  async takenUntil(source: string): Promise<number | null> {
    const [row] = await this.query<{ taken_until: string }>(
      'select taken_until from import_progress where source = $1',
      [source],
    );
    return row === undefined ? null : toSafeInteger(row.taken_until);
  }

  async setTakenUntil(source: string, until: number): Promise<void> {
    await this.query(
      `insert into import_progress (source, taken_until) values ($1, $2) on conflict (source)
       do update set taken_until = greatest(import_progress.taken_until, excluded.taken_until)`,
      [source, until],
    );
  }

  /** Adds what the ledger knew of keys before they were made. */
  async countEarlier(hashes: readonly string[]): Promise<void> {
    if (hashes.length > 0) await this.query(COUNT_EARLIER, [hashes]);
  }

  /** Nano-dollars of imported calls by scope, since an hour began (epoch ms) or ever. */
  async taken(kind: ScopeKind, since: number | null): Promise<ReadonlyMap<string, number>> {
    const rows = await this.query<{ id: string | null; nanos: string }>(takenStatement(kind), [
      `${this.origin.deploymentPrefix.replaceAll('_', String.raw`\_`)}%`,
      since === null ? DAY_HOURS : 1,
      since ?? 0,
    ]);
    return new Map(rows.flatMap(({ id, nanos }) => (id === null ? [] : [[id, toSafeInteger(nanos)]])));
  }

  /** Nano-dollars by counter that former imports corrected. */
  async corrected(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.query<CorrectedRow>(CORRECTED, [this.origin.reason]);
    return new Map(
      rows.map(({ kind, scope_id: id, model, budget_window: window, window_start: start, nanos }) => [
        counterName(scopeName({ kind, id }), window, toSafeInteger(start), model ?? ''),
        toSafeInteger(nanos),
      ]),
    );
  }

  /** In turn with charges, some hundred in a transaction. */
  async correct(
    corrections: readonly { readonly counter: CounterParts; readonly nanos: number }[],
  ): Promise<void> {
    const { actor, reason } = this.origin;
    for (let start = 0; start < corrections.length; start += AT_ONCE)
      await this.turns.setting(() =>
        this.database.dataSource.transaction(async (manager) => {
          for (const correction of corrections.slice(start, start + AT_ONCE))
            await recordCorrection(manager, { ...correction, actor, reason });
        }),
      );
  }

  private query<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.database.dataSource.query<Row[]>(text, [...values]);
  }
}

import { ACCOUNT_COLUMNS, type Account, type Accounts } from './account.js';
import { arrayParameter, type ElementType } from './array-parameter.js';
import { ENTRY_COLUMNS, type Entry } from './entry-columns.js';
import { ROLLUP_COLUMNS, SCOPE_DAY_COLUMNS, TOTAL_COLUMNS } from './ledger.sql.js';
import { isStorable } from './storable.js';
import { SumsOfEvents, type RollupChange, type ScopeDayChange, type TotalChange } from './sums-of-events.js';

interface Replacement {
  readonly entry: Entry;
  readonly old: Entry;
}

/** What a statement is given as an array. */
interface Column {
  readonly type: ElementType;
  readonly values: readonly unknown[];
}

type Parameters = (Buffer | null)[];

/** The parameters of the ledger's statements for some entries. */
export class BatchOfEntries {
  private readonly missing: readonly Account[];
  private readonly columns: readonly Column[];

  constructor(
    readonly entries: readonly Entry[],
    private readonly accounts: Accounts,
    private readonly replacing: readonly Replacement[] = [],
  ) {
    const written = replacing.length === 0 ? entries : [...entries, ...replacing.map(({ entry }) => entry)];
    this.missing = accounts.missing(written);
    this.columns = [...entryColumns(entries), ...accountColumns(this.missing), ...this.sumColumns(written)];
  }

  /** Of `INSERT_ENTRIES`. */
  parameters(): Parameters {
    return this.columns.map(parameter);
  }

  /** Whether Postgres takes every text. */
  isStorable(): boolean {
    return this.columns.every(({ values }) =>
      values.every((value) => typeof value !== 'string' || isStorable(value)),
    );
  }

  /** Of `REPLACE_ENTRIES`. */
  replacements(): Parameters {
    return entryColumns(this.replacing.map(({ entry }) => entry)).map(parameter);
  }

  committed(): void {
    this.accounts.store(this.missing);
  }

  private sumColumns(written: readonly Entry[]): Column[] {
    const sums = new SumsOfEvents();
    for (const entry of written) sums.add(entry);
    for (const { old } of this.replacing) sums.remove(old);
    return [
      ...rowColumns(ROLLUP_COLUMNS, sums.rollupChanges().map(rollupRow)),
      ...rowColumns(TOTAL_COLUMNS, sums.totalChanges().map(totalRow)),
      ...rowColumns(SCOPE_DAY_COLUMNS, sums.scopeDayChanges().map(scopeDayRow)),
    ];
  }
}

const parameter = ({ type, values }: Column): Buffer | null => arrayParameter(type, values);

const entryColumns = (entries: readonly Entry[]): Column[] =>
  ENTRY_COLUMNS.map(({ type, of }) => ({
    type,
    values: entries.map(({ event, accountId }) => of(event, accountId)),
  }));

const accountColumns = (accounts: readonly Account[]): Column[] =>
  ACCOUNT_COLUMNS.map(({ type, field }) => ({ type, values: accounts.map((account) => account[field]) }));

const rowColumns = (
  columns: readonly { readonly type: ElementType }[],
  rows: readonly (readonly unknown[])[],
): Column[] => columns.map(({ type }, index) => ({ type, values: rows.map((row) => row[index]) }));

const rollupRow = ({ accountId, kind, value, hours, bucket, metrics }: RollupChange): unknown[] => [
  ...[accountId, kind, value, hours, bucket],
  ...[metrics.nanos, ...metrics.counts],
];

const totalRow = ({ kind, id, nanos, requests, lastActiveAt }: TotalChange): unknown[] => [
  ...[kind, id, nanos, requests, lastActiveAt],
];

const scopeDayRow = ({ kind, id, day, metrics }: ScopeDayChange): unknown[] => [
  ...[kind, id, day, metrics.nanos],
  ...metrics.counts,
];

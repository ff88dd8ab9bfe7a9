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

/** The parameters of the ledger's statements for some entries. */
export class BatchOfEntries {
  private readonly missing: readonly Account[];
  private made: (string | null)[] | undefined;

  constructor(
    readonly entries: readonly Entry[],
    private readonly accounts: Accounts,
    private readonly replacing: readonly Replacement[] = [],
  ) {
    this.missing = accounts.missing(this.written().map(({ event }) => event));
  }

  /** Of `INSERT_ENTRIES`. */
  parameters(): (string | null)[] {
    return (this.made ??= this.make());
  }

  /** Whether Postgres takes every text. */
  isStorable(): boolean {
    return this.parameters().every((parameter) => parameter === null || isStorable(parameter));
  }

  /** Of `REPLACE_ENTRIES`. */
  replacements(): (string | null)[] {
    return entryParameters(this.replacing.map(({ entry }) => entry));
  }

  committed(): void {
    this.accounts.store(this.missing);
  }

  private make(): (string | null)[] {
    const sums = new SumsOfEvents();
    for (const entry of this.written()) sums.add(entry);
    for (const { old } of this.replacing) sums.remove(old);
    return [
      ...entryParameters(this.entries),
      ...ACCOUNT_COLUMNS.map(({ field, type }) =>
        arrayParameter(
          type,
          this.missing.map((account) => account[field]),
        ),
      ),
      ...rowParameters(ROLLUP_COLUMNS, sums.rollupChanges().map(rollupRow)),
      ...rowParameters(TOTAL_COLUMNS, sums.totalChanges().map(totalRow)),
      ...rowParameters(SCOPE_DAY_COLUMNS, sums.scopeDayChanges().map(scopeDayRow)),
    ];
  }

  private written(): readonly Entry[] {
    return this.replacing.length === 0
      ? this.entries
      : [...this.entries, ...this.replacing.map(({ entry }) => entry)];
  }
}

const entryParameters = (entries: readonly Entry[]): (string | null)[] =>
  ENTRY_COLUMNS.map(({ type, of }) =>
    arrayParameter(
      type,
      entries.map(({ event, accountId }) => of(event, accountId)),
    ),
  );

const rowParameters = (
  columns: readonly { readonly type: ElementType }[],
  rows: readonly (readonly unknown[])[],
): (string | null)[] =>
  columns.map(({ type }, index) =>
    arrayParameter(
      type,
      rows.map((row) => row[index]),
    ),
  );

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

import type { PreparedStatement } from '@tollgate/database';
import { ACCOUNT_COLUMNS } from './account.js';
import type { ElementType } from './array-parameter.js';
import { ENTRY_COLUMNS } from './entry-columns.js';
import { METRICS } from './sums-of-events.js';

interface Column {
  readonly name: string;
  readonly type: ElementType;
}

const bigints = (names: readonly string[]): Column[] => names.map((name) => ({ name, type: 'bigint' }));

export const ROLLUP_COLUMNS: readonly Column[] = [
  { name: 'account_id', type: 'uuid' },
  { name: 'kind', type: 'text' },
  { name: 'value', type: 'text' },
  { name: 'hours', type: 'smallint' },
  ...bigints(['bucket', ...METRICS]),
];

export const TOTAL_COLUMNS: readonly Column[] = [
  { name: 'kind', type: 'text' },
  { name: 'id', type: 'text' },
  ...bigints(['spend_nanos', 'requests', 'last_active_at']),
];

export const SCOPE_DAY_COLUMNS: readonly Column[] = [
  { name: 'kind', type: 'text' },
  { name: 'id', type: 'text' },
  ...bigints(['day', ...METRICS]),
];

const namesOf = (columns: readonly Column[]): string => columns.map(({ name }) => name).join(', ');

/** Rows of array parameters, from `$first` on. Lists travel as text: `unnest` would take them apart. */
const unnested = (columns: readonly Column[], first: number): string =>
  `unnest(${columns
    .map(({ type }, index) => `$${first + index}::${type === 'text[]' ? 'text' : type}[]`)
    .join(', ')}) as row_of (${namesOf(columns)})`;

const entryValues = ENTRY_COLUMNS.map(({ name, type, absent }) => {
  const value = type === 'text[]' ? `${name}::${type}` : name;
  return absent === undefined ? value : `coalesce(${value}, ${absent})`;
}).join(', ');

const added = (table: string, names: readonly string[]): string =>
  names.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ');

const ENTRIES = 1;
const ACCOUNTS = ENTRIES + ENTRY_COLUMNS.length;
const ROLLUPS = ACCOUNTS + ACCOUNT_COLUMNS.length;
const TOTALS = ROLLUPS + ROLLUP_COLUMNS.length;
const SCOPE_DAYS = TOTALS + TOTAL_COLUMNS.length;

/**
 * New entries with all that is kept with them, in one statement: one transaction, one round trip. An id that is there already fails
 * it whole (unique violation), for then the sums are others. What was spent under a key's former hash was spent by the key. Every
 * table is written in the order of its primary key, or two batches could wait for each other.
 */
export const INSERT_ENTRIES: PreparedStatement = {
  name: 'insert-entries',
  text: `
  with account as (
    insert into ledger_account (${namesOf(ACCOUNT_COLUMNS)})
    select * from ${unnested(ACCOUNT_COLUMNS, ACCOUNTS)}
    on conflict (id) do nothing
  ),
  rollup as (
    insert into spend_rollup (${namesOf(ROLLUP_COLUMNS)})
    select * from ${unnested(ROLLUP_COLUMNS, ROLLUPS)}
    on conflict (account_id, kind, value, hours, bucket) do update set ${added('spend_rollup', METRICS)}
  ),
  change as materialized (select * from ${unnested(TOTAL_COLUMNS, TOTALS)}),
  total as (
    insert into spend_total (${namesOf(TOTAL_COLUMNS)})
    select * from change where kind <> 'key'
    on conflict (kind, id) do update set ${added('spend_total', ['spend_nanos', 'requests'])},
      last_active_at = greatest(spend_total.last_active_at, excluded.last_active_at)
  ),
  scope_day as (
    insert into spend_scope_day (${namesOf(SCOPE_DAY_COLUMNS)})
    select * from ${unnested(SCOPE_DAY_COLUMNS, SCOPE_DAYS)}
    on conflict (kind, id, day) do update set ${added('spend_scope_day', METRICS)}
  ),
  by_key as materialized (
    select coalesce(current_hash, id) as hash, sum(spend_nanos)::bigint as nanos, max(last_active_at) as at
    from change left join former_key on former_key.hash = change.id where kind = 'key' group by 1
  ),
  locked as (
    select hash from virtual_key where hash in (select hash from by_key) order by hash for no key update
  ),
  charged as (
    update virtual_key set spend_nanos = virtual_key.spend_nanos + by_key.nanos,
      last_active_at = greatest(virtual_key.last_active_at, by_key.at)
    from locked join by_key using (hash) where virtual_key.hash = locked.hash
  )
  insert into ledger_entry (${namesOf(ENTRY_COLUMNS)})
  select ${entryValues} from ${unnested(ENTRY_COLUMNS, ENTRIES)}`,
};

const replaced = ENTRY_COLUMNS.filter(({ name }) => name !== 'id' && name !== 'called_at').map(
  ({ name, absent, type }) => {
    const value = type === 'text[]' ? `row_of.${name}::${type}` : `row_of.${name}`;
    return `${name} = ${absent === undefined ? value : `coalesce(${value}, ${absent})`}`;
  },
);

/** Puts known entries in the place of unknown ones, which are locked. */
export const REPLACE_ENTRIES = `
  update ledger_entry
  set ${replaced.join(', ')}, superseded_nanos = coalesce(ledger_entry.cost_nanos, 0)
  from ${unnested(ENTRY_COLUMNS, ENTRIES)}
  where ledger_entry.id = row_of.id and ledger_entry.called_at = row_of.called_at`;

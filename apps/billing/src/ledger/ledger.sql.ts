import type { PreparedStatement } from '@tollgate/database';
import { LEDGER_COLUMNS } from './ledger-row.js';

const names = LEDGER_COLUMNS.map(({ name }) => name);
const values = LEDGER_COLUMNS.map(({ name, absent }) =>
  absent === undefined ? name : `coalesce(${name}, ${absent})`,
);
const replaced = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);

/**
 * One statement, so one transaction and one round trip. `$1`: the batch as JSON. Result: a row for each provider.
 *
 * A repeat changes nothing. A known event replaces the unknown one of its id, whose cost is kept in `superseded_nanos`:
 * only the conflict clause sees that row as it is when this transaction has its lock, so the difference cannot be
 * taken from a read of one's own. Keys are locked in the order of their hashes, or two batches could wait for each other.
 */
export const RECORD_USAGE: PreparedStatement = {
  name: 'record-usage',
  text: `
  with written as (
    insert into ledger_entry (${names.join(', ')})
    select ${values.join(', ')}
    from json_to_recordset($1) as incoming (${LEDGER_COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')})
    on conflict (id) do update
      set ${replaced.join(', ')}, superseded_nanos = coalesce(ledger_entry.cost_nanos, 0)
      where ledger_entry.status = 'unknown' and excluded.status <> 'unknown'
    returning provider, key_hash, status, cost_nanos, superseded_nanos,
      coalesce(cost_nanos, 0) - coalesce(superseded_nanos, 0) as added_nanos
  ),
  spend as (
    select key_hash, sum(added_nanos)::bigint as added_nanos from written group by key_hash
  ),
  locked as (
    select hash from virtual_key where hash in (select key_hash from spend where added_nanos <> 0)
    order by hash for no key update
  ),
  charged as (
    update virtual_key set spend_nanos = virtual_key.spend_nanos + spend.added_nanos
    from locked join spend on spend.key_hash = locked.hash
    where virtual_key.hash = locked.hash
  )
  select provider,
    count(*) filter (where superseded_nanos is null)::int as inserted,
    count(superseded_nanos)::int as superseded,
    count(*) filter (where cost_nanos is null and status in ('complete', 'partial'))::int as unpriced,
    sum(added_nanos)::bigint as spend_nanos
  from written group by provider`,
};

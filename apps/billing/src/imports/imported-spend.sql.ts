import type { ScopeKind } from '@tollgate/contracts';

/** The column of an account that says to which scope of a kind its rows belong. */
const ACCOUNT_IDS: Readonly<Partial<Record<ScopeKind, string>>> = {
  key: 'key_hash',
  user: 'user_id',
  team: 'team_id',
  member: `team_id || ':' || user_id`,
  organization: 'organization_id',
  project: 'project_id',
};

const IMPORTED = `spend_rollup as rollup join ledger_account as account on account.id = rollup.account_id
  where account.deployment_id like $1`;

/** `$1`: pattern of deployments, `$2`: length of buckets in hours, `$3`: the first one. Nano-dollars by scope. */
export function takenStatement(kind: ScopeKind): string {
  const column = ACCOUNT_IDS[kind];
  const [id, rollups] = column === undefined ? ['rollup.value', kind] : [column, 'all'];
  return `select ${id} as id, sum(rollup.spend_nanos)::bigint as nanos from ${IMPORTED}
    and rollup.kind = '${rollups}' and rollup.hours = $2 and rollup.bucket >= $3 group by 1`;
}

/** `$1`: the reason. Nano-dollars by counter. */
export const CORRECTED = `
  select kind, scope_id, model, budget_window, window_start, sum(nanos)::bigint as nanos
  from ledger_correction where reason = $1 group by 1, 2, 3, 4, 5`;

/** `$1`: hashes of keys that were just made. What the ledger had of them before is theirs. */
export const COUNT_EARLIER = `
  update virtual_key set spend_nanos = spend_nanos + earlier.nanos
  from (
    select account.key_hash as hash, sum(rollup.spend_nanos)::bigint as nanos
    from spend_rollup as rollup join ledger_account as account on account.id = rollup.account_id
    where account.key_hash = any($1) and rollup.kind = 'all' and rollup.hours = 24 group by 1
  ) as earlier
  where virtual_key.hash = earlier.hash`;

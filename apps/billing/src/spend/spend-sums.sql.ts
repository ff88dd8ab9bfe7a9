import type { PreparedStatement } from '@tollgate/database';

/** A key's hash and its former ones: what was spent under those was spent by the key. */
const HASHES = `any (array(
  select scope.value union all select hash from former_key where current_hash = scope.value))`;

/** How accounts are found that belong to a scope. */
const OF_ACCOUNT = {
  key: `key_hash = ${HASHES}`,
  user: 'user_id = scope.value',
  team: 'team_id = scope.value',
  member: `team_id || ':' || user_id = scope.value`,
  organization: 'organization_id = scope.value',
  project: 'project_id = scope.value',
} as const;

/** Of these, no sums are kept but by account. */
const OF_ACCOUNT_ALONE = {
  personal: 'user_id = scope.value and team_id is null',
  provider: 'provider = scope.value',
  deployment: 'deployment_id = scope.value',
} as const;

/** Of these, accounts have rows of their own; in the ledger itself, names are whole. */
const OF_ROW = {
  tag: `scope.value = any (tags)`,
  end_user: 'end_user = scope.value',
} as const;

const OF_MODEL = `(scope.model is null or account.model like scope.model)`;

/** Days from the first midnight on, the hours before it, and rows before the first hour. */
const DAYS = 'rollup.hours = 24 and rollup.bucket >= scope.since_day';
const HOURS = 'rollup.hours = 1 and rollup.bucket >= scope.since_hour and rollup.bucket < scope.since_day';
const FRINGE = 'entry.called_at >= scope.since and entry.called_at < scope.since_hour';

interface Parts {
  readonly days: string;
  readonly hours: string;
  readonly fringe: string;
}

/** What is not needed is not read. */
const branch = (kind: string, { days, hours, fringe }: Parts): string => `
  select scope.position, (${days}) as days,
    case when scope.since_hour < scope.since_day then (${hours}) end as hours,
    case when scope.since < scope.since_hour then (${fringe}) end as fringe
  from scope where scope.kind = '${kind}'`;

/** Each account's sums are found by their key: a scope has few accounts, or few days. */
const ofAccounts = (condition: string, buckets: string): string => `
  select sum(part.nanos) from ledger_account as account cross join lateral (
    select sum(spend_nanos) as nanos from spend_rollup as rollup
    where rollup.account_id = account.id and rollup.kind = 'all' and rollup.value = '' and ${buckets}
  ) as part where ${condition} and ${OF_MODEL}`;

const entriesOf = (condition: string): string => `
  select sum(cost_nanos) from ledger_entry as entry where ${FRINGE} and entry.account_id in
    (select id from ledger_account as account where ${condition} and ${OF_MODEL})`;

/** Of every model, days are kept by scope. */
const daysOf = (kind: string, ids: string, otherwise: string): string => `
  case when scope.model is null then (
    select sum(spend_nanos) from spend_scope_day as day
    where day.kind = '${kind}' and ${ids} and day.day >= scope.since_day
  ) else (${otherwise}) end`;

const joined = (table: string): string =>
  `${table} join ledger_account as account on account.id = account_id and ${OF_MODEL}`;

const scoped = ([kind, condition]: [string, string]): string => {
  const ids = `day.id = ${kind === 'key' ? HASHES : 'scope.value'}`;
  return branch(kind, {
    days: daysOf(kind, ids, ofAccounts(condition, DAYS)),
    hours: ofAccounts(condition, HOURS),
    fringe: entriesOf(condition),
  });
};

const accounted = ([kind, condition]: [string, string]): string =>
  branch(kind, {
    days: ofAccounts(condition, DAYS),
    hours: ofAccounts(condition, HOURS),
    fringe: entriesOf(condition),
  });

const rowed = ([kind, condition]: [string, string]): string => {
  const sums = (buckets: string): string =>
    `select sum(spend_nanos) from ${joined('spend_rollup as rollup')}
     where rollup.kind = '${kind}' and rollup.value = scope.bounded and ${buckets}`;
  return branch(kind, {
    days: daysOf(kind, 'day.id = scope.bounded', sums(DAYS)),
    hours: sums(HOURS),
    fringe: `select sum(cost_nanos) from ${joined('ledger_entry as entry')} where ${FRINGE} and ${condition}`,
  });
};

const everything = (buckets: string): string =>
  `select sum(spend_nanos) from ${joined('spend_rollup as rollup')} where rollup.kind = 'all' and ${buckets}`;

const BRANCHES = [
  ...Object.entries(OF_ACCOUNT).map(scoped),
  ...Object.entries(OF_ACCOUNT_ALONE).map(accounted),
  ...Object.entries(OF_ROW).map(rowed),
  branch('gateway', {
    days: daysOf('gateway', `day.id = 'all'`, everything(DAYS)),
    hours: everything(HOURS),
    fringe: `select sum(cost_nanos) from ${joined('ledger_entry as entry')} where ${FRINGE}`,
  }),
];

/**
 * `$1`: scopes as JSON, see `SpendSums`. Result: a row for each, in nano-dollars. One statement, so all of it is of one moment.
 */
export const SUM_SPEND: PreparedStatement = {
  name: 'sum-spend',
  text: `
  with scope as materialized (
    select * from json_to_recordset($1) as asked (
      position int, kind text, value text, bounded text, model text, since bigint, since_hour bigint, since_day bigint
    )
  )
  select position, (coalesce(days, 0) + coalesce(hours, 0) + coalesce(fringe, 0))::bigint as nanos
  from (${BRANCHES.join(' union all ')}) as sums`,
};

/** `$1`: kinds, `$2`: ids, `$3`: models, `$4`: windows, `$5`: their starts. The corrections of each, in their order. */
export const SUM_CORRECTIONS: PreparedStatement = {
  name: 'sum-corrections',
  text: `
  select position::int - 1 as position, sum(nanos)::bigint as nanos
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    with ordinality as asked (kind, id, model, budget_window, window_start, position)
  join ledger_correction as correction
    on correction.scope_id = asked.id and correction.kind = asked.kind
    and correction.model is not distinct from asked.model
    and correction.budget_window is not distinct from asked.budget_window
    and correction.window_start = asked.window_start
  group by 1`,
};

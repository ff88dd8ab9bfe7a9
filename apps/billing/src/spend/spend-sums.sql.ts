import type { PreparedStatement } from '@tollgate/database';

/** How accounts are found that belong to a scope. What was spent under a key's former hash was spent by the key. */
const OF_ACCOUNT = {
  key: `(key_hash = scope.value or key_hash in (select hash from former_key where current_hash = scope.value))`,
  user: 'user_id = scope.value',
  personal: 'user_id = scope.value and team_id is null',
  team: 'team_id = scope.value',
  member: `team_id || ':' || user_id = scope.value`,
  organization: 'organization_id = scope.value',
  project: 'project_id = scope.value',
  provider: 'provider = scope.value',
  deployment: 'deployment_id = scope.value',
} as const;

/** Of these, rows have values of their own; in the ledger itself, names are whole. */
const OF_ROW = {
  tag: `scope.value = any (tags)`,
  end_user: 'end_user = scope.value',
} as const;

const OF_MODEL = `(scope.model is null or account.model like scope.model)`;

/** Buckets that lie in the time from `since` on: the hours before its first midnight, and days. */
const BUCKETS = `(
  rollup.hours = 24 and rollup.bucket >= scope.since_day
  or rollup.hours = 1 and rollup.bucket >= scope.since_hour and rollup.bucket < scope.since_day)`;

/** What lies before its first bucket. */
const FRINGE = 'entry.called_at >= scope.since and entry.called_at < scope.since_hour';

const branch = (kind: string, rollups: string, entries: string): string => `
  select scope.position, (${rollups}) as bucket_nanos,
    case when scope.since < scope.since_hour then (${entries}) end as fringe_nanos
  from scope where scope.kind = '${kind}'`;

const ofAccounts = ([kind, condition]: [string, string]): string => {
  const accounts = `select id from ledger_account as account where ${condition} and ${OF_MODEL}`;
  return branch(
    kind,
    `select sum(spend_nanos) from (${accounts}) as account join spend_rollup as rollup
     on rollup.account_id = account.id and rollup.kind = 'all' and rollup.value = '' where ${BUCKETS}`,
    `select sum(cost_nanos) from ledger_entry as entry where ${FRINGE} and entry.account_id in (${accounts})`,
  );
};

const joined = (table: string): string =>
  `${table} join ledger_account as account on account.id = account_id and ${OF_MODEL}`;

const ofRows = ([kind, condition]: [string, string]): string =>
  branch(
    kind,
    `select sum(spend_nanos) from ${joined('spend_rollup as rollup')}
     where rollup.kind = '${kind}' and rollup.value = scope.bounded and ${BUCKETS}`,
    `select sum(cost_nanos) from ${joined('ledger_entry as entry')} where ${FRINGE} and ${condition}`,
  );

const ofAll = branch(
  'gateway',
  `select sum(spend_nanos) from ${joined('spend_rollup as rollup')} where rollup.kind = 'all' and ${BUCKETS}`,
  `select sum(cost_nanos) from ${joined('ledger_entry as entry')} where ${FRINGE}`,
);

/**
 * `$1`: scopes as JSON, see `SpendSums`. Result: a row for each, in nano-dollars: of whole hours and days, and of what lies before
 * the first of them. One statement, so all of it is of one moment.
 */
export const SUM_SPEND: PreparedStatement = {
  name: 'sum-spend',
  text: `
  with scope as materialized (
    select * from json_to_recordset($1) as asked (
      position int, kind text, value text, bounded text, model text, since bigint, since_hour bigint, since_day bigint
    )
  )
  select position, (coalesce(bucket_nanos, 0) + coalesce(fringe_nanos, 0))::bigint as nanos
  from (${[...Object.entries(OF_ACCOUNT).map(ofAccounts), ...Object.entries(OF_ROW).map(ofRows), ofAll].join(
    ' union all ',
  )}) as sums`,
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

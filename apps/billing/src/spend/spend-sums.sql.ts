import type { PreparedStatement } from '@tollgate/database';

/** How a row is found to belong to a scope; each has its index. */
const OF_KIND = {
  provider: 'provider = scope.value',
  deployment: 'deployment_id = scope.value',
  tag: `scope.value = any (tags) and tags <> '{}'`,
} as const;

const branches = Object.entries(OF_KIND).map(
  ([kind, condition]) => `
  select scope.position, entry.settled, entry.recent
  from scope cross join lateral (
    select sum(cost_nanos) filter (where started_at < scope.until) as settled,
      sum(cost_nanos) filter (where started_at >= scope.until) as recent
    from ledger_entry
    where ${condition} and started_at >= scope.since and cost_nanos > 0
  ) as entry
  where scope.kind = '${kind}'`,
);

/** `$1`: scopes as JSON, see `SpendSums`. Result: a row for each, in nano-dollars, apart for before and since `until`. */
export const SUM_SPEND: PreparedStatement = {
  name: 'sum-spend',
  text: `
  with scope as materialized (
    select * from json_to_recordset($1)
      as asked (position int, kind text, value text, since bigint, until bigint)
  )
  select position, coalesce(settled, 0)::bigint as settled, coalesce(recent, 0)::bigint as recent
  from (${branches.join(' union all ')}) as sums`,
};

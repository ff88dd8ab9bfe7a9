import type { MigrationInterface, QueryRunner } from 'typeorm';

const METRICS = [
  ...['spend_nanos', 'prompt_tokens', 'completion_tokens', 'cache_read_tokens', 'cache_write_tokens'],
  ...['requests', 'failures'],
];

/**
 * Sums of ledger rows by account and UTC hour (`hours` 1) and day (24), `bucket` being its first millisecond. Kind `all` holds
 * every row once; `tag` and `end_user` hold rows again for each tag (`value`) and end user. Updates find room on their page.
 */
const SPEND_ROLLUP = `
  create table spend_rollup (
    account_id uuid not null,
    kind text collate "C" not null,
    value text collate "C" not null,
    hours smallint not null,
    bucket bigint not null,
    ${METRICS.map((name) => `${name} bigint not null`).join(', ')},
    primary key (account_id, kind, value, hours, bucket)
  ) with (fillfactor = 70)`;

/** Since ever, for each scope but keys, whose totals are with them. Ids are as in `scopeName`. */
const SPEND_TOTAL = `
  create table spend_total (
    kind text collate "C" not null,
    id text collate "C" not null,
    spend_nanos bigint not null,
    requests bigint not null,
    last_active_at bigint not null,
    primary key (kind, id)
  ) with (fillfactor = 70)`;

/** What a budget's counter is corrected by: an entry of its own, for rows are never edited. */
const LEDGER_CORRECTION = `
  create table ledger_correction (
    id bigint generated always as identity primary key,
    kind text collate "C" not null,
    scope_id text collate "C" not null,
    model text collate "C",
    budget_window text,
    window_start bigint not null,
    nanos bigint not null,
    actor jsonb not null,
    reason text not null,
    at bigint not null
  )`;

const INDEXES = [
  'create index spend_rollup_time on spend_rollup (kind, hours, bucket)',
  `create index spend_rollup_value on spend_rollup (kind, value, hours, bucket) where kind <> 'all'`,
  'create index ledger_correction_scope on ledger_correction using hash (scope_id)',
];

const PROMPT =
  'usage_input + usage_cache_read + usage_cache_write_5m + usage_cache_write_1h + usage_audio_input';

/** Of what there is already. A value that an index would not take is cut, as `boundedName` does it from now on. */
const FILL_ROLLUPS = `
  insert into spend_rollup (account_id, kind, value, hours, bucket, ${METRICS.join(', ')})
  select account_id, kind, value, hours, called_at - mod(called_at, hours * 3600000),
    sum(coalesce(cost_nanos, 0)), sum(${PROMPT}), sum(usage_output + usage_reasoning + usage_audio_output),
    sum(usage_cache_read), sum(usage_cache_write_5m + usage_cache_write_1h), count(*),
    count(*) filter (where status = 'failed')
  from ledger_entry,
    lateral (
      select 'all' as kind, '' as value
      union all select 'end_user', left(end_user, 512) where end_user is not null
      union select 'tag', left(tag, 512) from unnest(tags) as tag
    ) as share,
    (values (1::smallint), (24::smallint)) as grain (hours)
  group by 1, 2, 3, 4, 5`;

const FILL_TOTALS = `
  insert into spend_total (kind, id, spend_nanos, requests, last_active_at)
  select scope.kind, scope.id, sum(coalesce(cost_nanos, 0)), count(*), max(called_at)
  from ledger_entry join ledger_account on ledger_account.id = account_id,
    lateral (
      select 'gateway' as kind, 'all' as id
      union all select 'user', user_id
      union all select 'team', team_id
      union all select 'member', team_id || ':' || user_id
      union all select 'organization', organization_id
      union all select 'project', project_id
      union all select 'end_user', left(end_user, 512)
      union select 'tag', left(tag, 512) from unnest(tags) as tag
    ) as scope
  where scope.id is not null
  group by 1, 2`;

/** Sums that are kept with the ledger, and corrections of them. */
export class SpendRollups1790000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const tables = [SPEND_ROLLUP, SPEND_TOTAL, LEDGER_CORRECTION];
    for (const statement of [...tables, ...INDEXES, FILL_ROLLUPS, FILL_TOTALS]) await runner.query(statement);
    await runner.query('alter table virtual_key set (fillfactor = 80)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['ledger_correction', 'spend_total', 'spend_rollup'])
      await runner.query(`drop table ${table}`);
  }
}

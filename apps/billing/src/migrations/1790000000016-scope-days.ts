import type { MigrationInterface, QueryRunner } from 'typeorm';

const METRICS = [
  ...['spend_nanos', 'prompt_tokens', 'completion_tokens', 'cache_read_tokens', 'cache_write_tokens'],
  ...['requests', 'failures'],
];

/** `day` is its first millisecond (UTC). Ids are as in `spend_total`, and hashes of keys as the calls had them. */
const SPEND_SCOPE_DAY = `
  create table spend_scope_day (
    kind text collate "C" not null,
    id text collate "C" not null,
    day bigint not null,
    ${METRICS.map((name) => `${name} bigint not null`).join(', ')},
    primary key (kind, id, day)
  ) with (fillfactor = 70)`;

const SUMS = METRICS.map((name) => `sum(${name})`).join(', ');

/** Of the sums that there are by account. */
const FILL = `
  insert into spend_scope_day (kind, id, day, ${METRICS.join(', ')})
  select scope.kind, scope.id, bucket, ${SUMS}
  from spend_rollup as rollup join ledger_account as account on account.id = account_id,
    lateral (
      select 'gateway' as kind, 'all' as id where rollup.kind = 'all'
      union all select 'key', key_hash where rollup.kind = 'all'
      union all select 'user', user_id where rollup.kind = 'all'
      union all select 'team', team_id where rollup.kind = 'all'
      union all select 'member', team_id || ':' || user_id where rollup.kind = 'all'
      union all select 'organization', organization_id where rollup.kind = 'all'
      union all select 'project', project_id where rollup.kind = 'all'
      union all select rollup.kind, rollup.value where rollup.kind <> 'all'
    ) as scope
  where rollup.hours = 24 and scope.id is not null
  group by 1, 2, 3`;

/** What each scope spent on each day: windows of budgets and the reports that are asked most, whatever the number of accounts. */
export class ScopeDays1790000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SPEND_SCOPE_DAY);
    await runner.query('create index spend_scope_day_time on spend_scope_day (kind, day)');
    await runner.query(FILL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table spend_scope_day');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What entries have in common. Hash indexes, for a name may be longer than an ordered index takes. */
const LEDGER_ACCOUNT = `
  create table ledger_account (
    id uuid primary key,
    key_hash text collate "C" not null,
    key_alias text,
    user_id text,
    team_id text,
    organization_id text,
    project_id text,
    model text not null,
    model_group text not null,
    upstream_model text not null,
    deployment_id text not null,
    provider text not null,
    api_base text
  )`;

const ACCOUNT_COLUMNS = [
  ...['key_hash', 'key_alias', 'user_id', 'team_id', 'organization_id', 'project_id'],
  ...['model', 'model_group', 'upstream_model', 'deployment_id', 'provider', 'api_base'],
];

const ACCOUNT_INDEXES = [
  ...['key_hash', 'user_id', 'team_id', 'organization_id', 'project_id', 'model', 'provider'].map(
    (column) => `create index ledger_account_${column} on ledger_account using hash (${column})`,
  ),
  `create index ledger_account_member on ledger_account using hash ((team_id || ':' || user_id))`,
  'create index ledger_account_deployment on ledger_account using hash (deployment_id)',
];

const COUNTS = [
  ...['usage_input', 'usage_cache_read', 'usage_cache_write_5m', 'usage_cache_write_1h', 'usage_output'],
  ...['usage_reasoning', 'usage_audio_input', 'usage_audio_output', 'usage_searches'],
];

/**
 * `called_at` is the same in every event of an attempt, so an id is in one partition only and stays unique. `call_id` is null
 * where it is what the id begins with.
 */
const LEDGER_ENTRY = `
  create table ledger_entry (
    id text collate "C" not null,
    called_at bigint not null,
    account_id uuid not null,
    call_id text collate "C",
    response_id text collate "C",
    status text not null,
    measured boolean not null,
    ${COUNTS.map((name) => `${name} bigint not null default 0`).join(', ')},
    raw_usage json,
    cost_nanos bigint,
    superseded_nanos bigint,
    end_user text,
    tags text[] not null default '{}',
    started_at bigint not null,
    first_token_at bigint,
    ended_at bigint not null,
    error_code text,
    stream boolean not null default false,
    role text not null default 'primary',
    arm text,
    primary key (id, called_at),
    constraint ledger_entry_sound check (
      status in ('complete', 'partial', 'unknown', 'failed') and least(${COUNTS.join(', ')}) >= 0
    )
  ) partition by range (called_at)`;

const ENTRY_COLUMNS = [
  ...['id', 'called_at', 'response_id', 'status', 'measured', ...COUNTS, 'raw_usage', 'cost_nanos'],
  ...['superseded_nanos', 'tags', 'end_user', 'started_at', 'first_token_at', 'ended_at', 'error_code'],
  ...['stream', 'role', 'arm'],
];

const ENTRY_INDEXES = [
  'create index ledger_entry_called on ledger_entry (called_at)',
  'create index ledger_entry_account on ledger_entry (account_id, called_at)',
  'create index ledger_entry_call on ledger_entry (call_id) where call_id is not null',
  'create index ledger_entry_response on ledger_entry (response_id) where response_id is not null',
];

/** Months that have rows, and this one; `Partitions` makes those that follow. */
const MAKE_PARTITIONS = `
  do $$
  declare month timestamp;
  begin
    for month in
      select distinct date_trunc('month', to_timestamp(called_at / 1000.0) at time zone 'UTC') from old_entry
      union select date_trunc('month', now() at time zone 'UTC')
    loop
      execute format(
        'create table %I partition of ledger_entry for values from (%s) to (%s)',
        to_char(month, '"ledger_entry_y"FMYYYY"m"MM'),
        (extract(epoch from month) * 1000)::bigint,
        (extract(epoch from month + interval '1 month') * 1000)::bigint
      );
    end loop;
  end $$`;

const ID_OF_ACCOUNT = `md5(row(${ACCOUNT_COLUMNS.join(', ')})::text)::uuid`;

const UP = [
  'alter table ledger_entry rename to old_entry',
  'alter index ledger_entry_pkey rename to old_entry_pkey',
  ...['time', 'key_time', 'user_time', 'response', 'provider_cost', 'deployment_cost', 'tagged_time'].map(
    (name) => `drop index ledger_entry_${name}`,
  ),
  'drop index ledger_entry_model_time',
  LEDGER_ACCOUNT,
  LEDGER_ENTRY,
  MAKE_PARTITIONS,
  `insert into ledger_account (id, ${ACCOUNT_COLUMNS.join(', ')})
   select distinct ${ID_OF_ACCOUNT}, ${ACCOUNT_COLUMNS.join(', ')} from old_entry`,
  `insert into ledger_entry (account_id, call_id, ${ENTRY_COLUMNS.join(', ')})
   select ${ID_OF_ACCOUNT}, call_id, ${ENTRY_COLUMNS.join(', ')} from old_entry`,
  'drop table old_entry',
  ...ACCOUNT_INDEXES,
  ...ENTRY_INDEXES,
];

/** The ledger in partitions of a month each, and what its rows have in common apart from them: narrower rows, fewer indexes. */
export class PartitionedLedger1790000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  /** What was booked is not unbooked: there is no way back to a table that cannot hold it. */
  down(): Promise<void> {
    return Promise.reject(new Error('The partitioned ledger cannot be taken back.'));
  }
}

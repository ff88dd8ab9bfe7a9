import type { MigrationInterface, QueryRunner } from 'typeorm';

const VIRTUAL_KEY = `
  create table virtual_key (
    hash text collate "C" primary key,
    name text not null,
    alias text constraint virtual_key_alias_unique unique,
    models text[] not null,
    user_id text,
    team_id text,
    metadata jsonb not null,
    requests_per_minute bigint,
    tokens_per_minute bigint,
    max_parallel_requests bigint,
    expires_at bigint,
    created_at bigint not null,
    updated_at bigint not null,
    spend_nanos bigint not null default 0
  )`;

const LEDGER_ENTRY = `
  create table ledger_entry (
    id text collate "C" primary key,
    call_id text collate "C" not null,
    response_id text collate "C",
    status text not null check (status in ('complete', 'partial', 'unknown', 'failed')),
    measured boolean not null,
    usage_input bigint not null check (usage_input >= 0),
    usage_cache_read bigint not null check (usage_cache_read >= 0),
    usage_cache_write_5m bigint not null check (usage_cache_write_5m >= 0),
    usage_cache_write_1h bigint not null check (usage_cache_write_1h >= 0),
    usage_output bigint not null check (usage_output >= 0),
    usage_reasoning bigint not null check (usage_reasoning >= 0),
    usage_audio_input bigint not null check (usage_audio_input >= 0),
    usage_audio_output bigint not null check (usage_audio_output >= 0),
    usage_searches bigint not null check (usage_searches >= 0),
    raw_usage json,
    cost_nanos bigint,
    superseded_nanos bigint,
    model text not null,
    model_group text not null,
    upstream_model text not null,
    deployment_id text not null,
    provider text not null,
    api_base text,
    key_hash text collate "C" not null,
    key_alias text,
    user_id text,
    team_id text,
    end_user text,
    tags text[] not null,
    stream boolean not null,
    started_at bigint not null,
    first_token_at bigint,
    ended_at bigint not null,
    error_code text
  )`;

/** Each ends in the keyset (`started_at`, `id`) that pages are read by. Rows without a user or response id
 * cost nothing. A call's rows are found by the primary key, which starts with the call's id. */
const INDEXES = [
  'create index ledger_entry_time on ledger_entry (started_at, id)',
  'create index ledger_entry_key_time on ledger_entry (key_hash, started_at, id)',
  'create index ledger_entry_user_time on ledger_entry (user_id, started_at, id) where user_id is not null',
  'create index ledger_entry_response on ledger_entry (response_id) where response_id is not null',
  'create index virtual_key_expiry on virtual_key (expires_at) where expires_at is not null',
];

export class InitialSchema1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [VIRTUAL_KEY, LEDGER_ENTRY, ...INDEXES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ledger_entry');
    await runner.query('drop table virtual_key');
  }
}

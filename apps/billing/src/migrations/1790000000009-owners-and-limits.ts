import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Limits as one value (`Limits` of the contracts), in place of three columns. */
const LIMITS = `jsonb_build_object(
  'requestsPerMinute', requests_per_minute, 'tokensPerMinute', tokens_per_minute,
  'maxParallelRequests', max_parallel_requests, 'budgets', '[]'::jsonb, 'models', '{}'::jsonb,
  'temporaryIncrease', null)`;

/** What a key belongs to and what binds it; who pays for a call beyond key, user and team, and when it was let in. */
export class OwnersAndLimits1790000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table virtual_key
        add column organization_id text,
        add column project_id text,
        add column blocked boolean not null default false,
        add column limits jsonb,
        add column budget_id text,
        add column policy jsonb not null default '{}',
        add column allowed_routes text[] not null default '{}',
        add column type text not null default 'default',
        add column settings jsonb not null default '{}',
        add column created_by text not null default 'default_user_id',
        add column updated_by text not null default 'default_user_id'`);
    await runner.query(`update virtual_key set limits = ${LIMITS}`);
    await runner.query(`
      alter table virtual_key
        alter column limits set not null,
        drop column requests_per_minute,
        drop column tokens_per_minute,
        drop column max_parallel_requests`);
    await runner.query(`
      alter table ledger_entry
        add column organization_id text,
        add column project_id text,
        add column called_at bigint`);
    await runner.query('update ledger_entry set called_at = started_at');
    await runner.query('alter table ledger_entry alter column called_at set not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table virtual_key
        add column requests_per_minute bigint,
        add column tokens_per_minute bigint,
        add column max_parallel_requests bigint`);
    await runner.query(`
      update virtual_key set
        requests_per_minute = (limits->>'requestsPerMinute')::bigint,
        tokens_per_minute = (limits->>'tokensPerMinute')::bigint,
        max_parallel_requests = (limits->>'maxParallelRequests')::bigint`);
    const columns = [
      ...['organization_id', 'project_id', 'blocked', 'limits', 'budget_id', 'policy', 'allowed_routes'],
      ...['type', 'settings', 'created_by', 'updated_by'],
    ];
    await runner.query(`alter table virtual_key ${columns.map((name) => `drop column ${name}`).join(', ')}`);
    await runner.query(
      'alter table ledger_entry drop column organization_id, drop column project_id, drop column called_at',
    );
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Kept as long as the key, beyond the grace too: what was spent under the old hash was spent by the key. */
const FORMER_KEY = `
  create table former_key (
    hash text collate "C" primary key,
    current_hash text collate "C" not null
      references virtual_key (hash) on update cascade on delete cascade,
    grace_until bigint
  )`;

const INDEXES = [
  'create unique index virtual_key_alias_unique on virtual_key (alias) where deleted_at is null',
  'create index former_key_current on former_key (current_hash)',
  'create index virtual_key_time on virtual_key (created_at, hash)',
  'create index virtual_key_user on virtual_key (user_id, created_at) where user_id is not null',
  'create index virtual_key_team on virtual_key (team_id, created_at) where team_id is not null',
  'create index virtual_key_organization on virtual_key (organization_id, created_at) where organization_id is not null',
  'create index virtual_key_project on virtual_key (project_id) where project_id is not null',
  'create index virtual_key_budget on virtual_key (budget_id) where budget_id is not null',
  'create index virtual_key_creator on virtual_key (created_by, created_at)',
  'create index virtual_key_deleted on virtual_key (deleted_at) where deleted_at is not null',
];

/** Deleted keys are kept for a while, and so are former hashes; when a key was last used; what lists of keys go by. */
export class KeyLives1790000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table virtual_key
        add column last_active_at bigint,
        add column deleted_at bigint,
        add column deleted_by text,
        drop constraint virtual_key_alias_unique`);
    for (const statement of [FORMER_KEY, ...INDEXES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table former_key');
    await runner.query('delete from virtual_key where deleted_at is not null');
    const names = ['alias_unique', 'time', 'user', 'team', 'organization', 'project', 'budget', 'creator'];
    for (const name of names) await runner.query(`drop index virtual_key_${name}`);
    await runner.query(`
      alter table virtual_key
        drop column last_active_at,
        drop column deleted_at,
        drop column deleted_by,
        add constraint virtual_key_alias_unique unique (alias)`);
  }
}

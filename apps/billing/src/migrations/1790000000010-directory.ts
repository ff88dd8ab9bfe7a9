import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ids, as e-mail addresses and the text that is searched, are compared byte by byte; names are lowered as the database does it. */
const DIRECTORY_ENTRY = `
  create table directory_entry (
    kind text collate "C" not null,
    id text collate "C" not null,
    alias text,
    blocked boolean not null,
    models text[] not null,
    organization_id text collate "C",
    team_id text collate "C",
    user_id text collate "C",
    budget_id text collate "C",
    limits jsonb not null,
    member_limits jsonb,
    metadata jsonb not null,
    settings jsonb not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    updated_by text not null,
    email text collate "C" generated always as
      (case when kind = 'user' then lower(settings->>'user_email') end) stored,
    searched text collate "C" generated always as (lower(
      (id collate "default") || chr(10) || coalesce(alias, '') || chr(10) || coalesce(settings->>'user_email', '')
    )) stored,
    primary key (kind, id)
  )`;

const MEMBERSHIP = `
  create table membership (
    container_kind text collate "C" not null,
    container_id text collate "C" not null,
    user_id text collate "C" not null,
    role text not null,
    limits jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (container_kind, container_id, user_id)
  )`;

const INDEXES = [
  'create unique index directory_entry_email on directory_entry (email) where email is not null',
  'create index directory_entry_time on directory_entry (kind, created_at, id)',
  'create index directory_entry_alias on directory_entry (kind, alias, id)',
  'create index directory_entry_organization on directory_entry (organization_id, kind) where organization_id is not null',
  'create index directory_entry_team on directory_entry (team_id, kind) where team_id is not null',
  'create index directory_entry_user on directory_entry (user_id, kind) where user_id is not null',
  'create index directory_entry_budget on directory_entry (budget_id) where budget_id is not null',
  'create index membership_user on membership (user_id, container_kind)',
  // The id of a member's scope. Teams and users whose names make up the same one would share their counters.
  `create unique index membership_scope on membership ((container_id || ':' || user_id)) where container_kind = 'team'`,
];

/** Organizations, projects, teams, users, end users, tags, tiers and access groups, and who is a member of what. */
export class Directory1790000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [DIRECTORY_ENTRY, MEMBERSHIP, ...INDEXES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table membership');
    await runner.query('drop table directory_entry');
  }
}

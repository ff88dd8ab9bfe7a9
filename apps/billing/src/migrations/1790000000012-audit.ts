import type { MigrationInterface, QueryRunner } from 'typeorm';

const AUDIT_RECORD = `
  create table audit_record (
    sequence bigint primary key,
    at bigint not null,
    actor_key_hash text not null,
    actor_user_id text,
    actor_role text not null,
    action text not null,
    object text not null,
    object_id text not null,
    before jsonb,
    after jsonb,
    previous_hash text not null,
    hash text not null
  )`;

/** The end of the chain. Its one row is locked by whoever appends, so numbers have no gaps and hashes follow one another. */
const AUDIT_HEAD = `
  create table audit_head (
    only_row boolean primary key default true check (only_row),
    sequence bigint not null,
    hash text not null
  )`;

const REFUSE_CHANGE = `
  create function refuse_audit_change() returns trigger language plpgsql as
  $$ begin raise exception 'audit records are neither changed nor deleted'; end $$`;

const KEEP = `
  create trigger audit_record_kept before update or delete or truncate on audit_record
  for each statement execute function refuse_audit_change()`;

const INDEXES = [
  'create index audit_record_object on audit_record (object, object_id, sequence)',
  'create index audit_record_user on audit_record (actor_user_id, sequence) where actor_user_id is not null',
  'create index audit_record_time on audit_record (at)',
];

/** What administrators changed. */
export class Audit1790000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [AUDIT_RECORD, AUDIT_HEAD, ...INDEXES, REFUSE_CHANGE, KEEP])
      await runner.query(statement);
    await runner.query(`insert into audit_head (sequence, hash) values (0, repeat('0', 64))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_head');
    await runner.query('drop table audit_record');
    await runner.query('drop function refuse_audit_change');
  }
}

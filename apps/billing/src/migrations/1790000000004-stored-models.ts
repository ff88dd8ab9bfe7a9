import type { MigrationInterface, QueryRunner } from 'typeorm';

const STORED_MODEL = `
  create table stored_model (
    id text collate "C" primary key,
    name text not null,
    params jsonb not null,
    info jsonb not null,
    created_by text not null,
    updated_by text not null,
    created_at bigint not null,
    updated_at bigint not null
  )`;

/** One row that every change updates: the version of what a reader sees belongs to it exactly, which a sequence's would not. */
const VERSION = `
  create table stored_model_version (
    only_row boolean primary key default true check (only_row),
    version bigint not null
  )`;

/** Deployments that were added through the API. */
export class StoredModels1790000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(STORED_MODEL);
    await runner.query(VERSION);
    await runner.query('insert into stored_model_version (version) values (0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table stored_model_version');
    await runner.query('drop table stored_model');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far the calls of another gateway's database were taken into the ledger (epoch ms). */
const IMPORT_PROGRESS = `
  create table import_progress (
    source text collate "C" primary key,
    taken_until bigint not null
  )`;

/** Where an import that is repeated goes on. */
export class ImportProgress1790000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(IMPORT_PROGRESS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table import_progress');
  }
}

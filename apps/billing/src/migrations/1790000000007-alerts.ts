import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Alerts1790000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table alert (
        id text collate "C" primary key,
        type text not null,
        message text not null,
        at bigint not null,
        details jsonb not null
      )`);
    await runner.query('create index alert_type_at on alert (type, at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table alert');
  }
}

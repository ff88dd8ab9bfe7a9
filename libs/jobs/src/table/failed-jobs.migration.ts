import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What `TableJobs` gave up; whoever opens the database lists this among its migrations. */
export class FailedJobs1790000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table failed_job (
        number bigint generated always as identity primary key,
        name text not null,
        data jsonb,
        reason text not null,
        failed_at bigint not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table failed_job');
  }
}

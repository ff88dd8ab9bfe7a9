import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The table of `TableJobs`; whoever opens the database lists this among its migrations. Times are epoch milliseconds.
 * A row is a job that waits or runs; a repeated one stays and moves its `run_at` on.
 */
export class JobTable1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table job (
        name text not null,
        id text not null,
        data jsonb,
        run_at bigint not null,
        lease_until bigint,
        lease_token text,
        attempts_made integer not null default 0,
        max_attempts integer not null,
        every_ms bigint,
        primary key (name, id)
      )`);
    await runner.query('create index job_run_at on job (run_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table job');
  }
}

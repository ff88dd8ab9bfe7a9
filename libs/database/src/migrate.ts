import { DataSource, MigrationExecutor, type DataSourceOptions } from 'typeorm';

/** Any number, the same in every process: the key of Postgres's advisory lock around migrations. */
const MIGRATION_LOCK = 7_243_001;

/**
 * Runs pending migrations in one transaction under an advisory lock: of replicas that start together one migrates and
 * the others wait, then find nothing to do. A failure leaves the schema as it was.
 * Uses a connection of its own, whose statements may take as long as they need.
 */
export async function migrate(options: DataSourceOptions): Promise<void> {
  const dataSource = await new DataSource(options).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    // An executor that is given a runner with an open transaction works inside it.
    await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    await runner.commitTransaction();
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

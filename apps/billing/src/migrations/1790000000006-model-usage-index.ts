import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who still asks for a name is asked of names that few ask for: without an index it reads the whole time span. */
export class ModelUsageIndex1790000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index ledger_entry_model_time on ledger_entry (model, started_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index ledger_entry_model_time');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * For the sums that the router's budgets are held against, asked for once a second. They are answered from the indexes alone,
 * where the rows are old enough. Tags are found by time: clients choose their length, and an index refuses a row of 2.7 KB.
 */
const INDEXES = [
  'create index ledger_entry_provider_cost on ledger_entry (provider, started_at) include (cost_nanos) where cost_nanos > 0',
  'create index ledger_entry_deployment_cost on ledger_entry (deployment_id, started_at) include (cost_nanos) where cost_nanos > 0',
  `create index ledger_entry_tagged_time on ledger_entry (started_at) where cost_nanos > 0 and tags <> '{}'`,
];

export class SpendIndexes1790000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of INDEXES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['provider_cost', 'deployment_cost', 'tagged_time'])
      await runner.query(`drop index ledger_entry_${name}`);
  }
}

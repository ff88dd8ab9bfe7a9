import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts tell whether answers came from the gateway's own cache; null: they did not. */
export class CacheHits1790000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table ledger_account add column cache_hit boolean');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table ledger_account drop column cache_hit');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A key's own wishes about routing (`router_settings`); null: it has none. */
export class KeyRouting1790000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table virtual_key add column routing jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table virtual_key drop column routing');
  }
}

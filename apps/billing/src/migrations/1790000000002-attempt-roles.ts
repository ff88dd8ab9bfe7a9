import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why an attempt was made and which arm of a canary it belongs to. */
export class AttemptRoles1790000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table ledger_entry add column role text not null default 'primary', add column arm text`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table ledger_entry drop column role, drop column arm');
  }
}

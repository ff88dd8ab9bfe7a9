import type { MigrationInterface, QueryRunner } from 'typeorm';

const COUNTS = ['usage_image_input', 'usage_image_output', 'usage_file_searches'];

/** Images and searches in files are counted apart; accounts tell the provider's service tier. */
export class ImageCounts1790000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table ledger_entry ${COUNTS.map((name) => `add column ${name} bigint not null default 0`).join(', ')},
       add constraint ledger_entry_sound_images check (least(${COUNTS.join(', ')}) >= 0)`,
    );
    await runner.query('alter table ledger_account add column service_tier text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table ledger_account drop column service_tier');
    await runner.query(
      `alter table ledger_entry drop constraint ledger_entry_sound_images,
       ${COUNTS.map((name) => `drop column ${name}`).join(', ')}`,
    );
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of an alert at each place it goes to. Times are epoch milliseconds. */
export class AlertDeliveries1790000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table alert_delivery (
        alert_id text collate "C" not null references alert (id) on delete cascade,
        destination text collate "C" not null,
        digest boolean not null,
        state text not null default 'waiting',
        attempts integer not null default 0,
        created_at bigint not null,
        due_at bigint not null,
        next_at bigint not null,
        lease_until bigint,
        delivered_at bigint,
        last_error text,
        primary key (alert_id, destination)
      )`);
    await runner.query(
      `create index alert_delivery_waiting on alert_delivery (destination, next_at) where state = 'waiting'`,
    );
    await runner.query('create index alert_at on alert (at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index alert_at');
    await runner.query('drop table alert_delivery');
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { Alert, AlertType } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import type { EntityManager, Repository } from 'typeorm';
import { AlertEntry } from '../entities/alert.entity.js';
import { DATABASE } from '../tokens.js';

/** A place that an alert goes to, not before a time (epoch ms). */
export interface Errand {
  readonly destination: string;
  readonly dueAt: number;
  /** Waits to be told with others of its type. */
  readonly isDigest: boolean;
}

export interface AlertPage {
  readonly type?: AlertType | undefined;
  /** The last one of the page before. */
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** A destination that does not take alerts now gets the new ones when it is next tried, after the old ones. */
const INSERT_DELIVERIES = `
  insert into alert_delivery (alert_id, destination, digest, created_at, due_at, next_at)
  select incoming.alert_id, incoming.destination, incoming.digest, $2, incoming.due_at, greatest(incoming.due_at, coalesce(
    (select max(next_at) from alert_delivery as waiting
     where waiting.destination = incoming.destination and waiting.state = 'waiting' and waiting.last_error is not null
       and not waiting.digest), 0))
  from json_to_recordset($1) as incoming (alert_id text, destination text, digest boolean, due_at bigint)
  on conflict do nothing`;

/** Alerts in the database, and where they are to go. */
@Injectable()
export class AlertStore {
  private readonly alerts: Repository<AlertEntry>;

  constructor(@Inject(DATABASE) private readonly database: Database) {
    this.alerts = database.dataSource.getRepository(AlertEntry);
  }

  /**
   * Keeps alerts with their errands, in one transaction. Returns the alerts that are new; one that is known stays as it was first
   * told, and goes nowhere again.
   */
  async add(
    alerts: readonly Alert[],
    errandsOf: (alert: Alert) => readonly Errand[] = () => [],
    now: number = Date.now(),
  ): Promise<Alert[]> {
    return this.database.dataSource.transaction(async (manager) => {
      const added = await insertAlerts(manager, alerts);
      const deliveries = added.flatMap((alert) =>
        errandsOf(alert).map(({ destination, dueAt, isDigest }) => ({
          alert_id: alert.id,
          destination,
          digest: isDigest,
          due_at: dueAt,
        })),
      );
      if (deliveries.length > 0) await manager.query(INSERT_DELIVERIES, [JSON.stringify(deliveries), now]);
      return added;
    });
  }

  /** The newest first. */
  async list({ type, limit }: { readonly type?: AlertType; readonly limit: number }): Promise<Alert[]> {
    const rows = await this.alerts.find({
      where: type === undefined ? {} : { type },
      order: { at: 'DESC', id: 'ASC' },
      take: limit,
    });
    return rows.map(toAlert);
  }

  /** The newest first, from one on. */
  async page({ type, before, limit }: AlertPage): Promise<Alert[]> {
    const query = this.alerts
      .createQueryBuilder('alert')
      .orderBy('alert.at', 'DESC')
      .addOrderBy('alert.id', 'DESC')
      .take(limit);
    if (type !== undefined) query.andWhere('alert.type = :type', { type });
    if (before !== undefined) query.andWhere('(alert.at, alert.id) < (:at, :id)', { ...before });
    return (await query.getMany()).map(toAlert);
  }

  /** Whether an alert of a type with this value in its details was kept since a time. */
  async hasSince(type: AlertType, detail: { key: string; value: string }, since: number): Promise<boolean> {
    const rows = await this.database.dataSource.query<unknown[]>(
      'select 1 from alert where type = $1 and at >= $2 and details->>$3 = $4 limit 1',
      [type, since, detail.key, detail.value],
    );
    return rows.length > 0;
  }

  /** Deletes what was told before a time, but for what routers remember. */
  async deleteBefore(before: number): Promise<number> {
    const { affected } = await this.alerts
      .createQueryBuilder()
      .delete()
      .where(`at < :before and type <> 'canary_rolled_back'`, { before })
      .execute();
    return affected ?? 0;
  }
}

async function insertAlerts(manager: EntityManager, alerts: readonly Alert[]): Promise<Alert[]> {
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(AlertEntry)
    .values([...alerts])
    .orIgnore()
    .returning('id')
    // NOTE TypeORM would write what returns into what was given, by place: wrong as soon as a row was known.
    .updateEntity(false)
    .execute();
  const added = new Set((result.raw as { id: string }[]).map(({ id }) => id));
  return alerts.filter(({ id }) => added.delete(id));
}

const toAlert = ({ details, ...row }: AlertEntry): Alert => ({ ...row, details: { ...details } });

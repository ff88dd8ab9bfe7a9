import { Inject, Injectable } from '@nestjs/common';
import type { Alert } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import type { Repository } from 'typeorm';
import { AlertEntry } from '../entities/alert.entity.js';
import { DATABASE } from '../tokens.js';

/** Alerts in the database. */
@Injectable()
export class AlertStore {
  private readonly alerts: Repository<AlertEntry>;

  constructor(@Inject(DATABASE) database: Database) {
    this.alerts = database.dataSource.getRepository(AlertEntry);
  }

  /** Returns the alerts that are new; one that is known stays as it was first told. */
  async add(alerts: readonly Alert[]): Promise<Alert[]> {
    const result = await this.alerts
      .createQueryBuilder()
      .insert()
      .values([...alerts])
      .orIgnore()
      .returning('id')
      // NOTE TypeORM would write what returns into what was given, by place: wrong as soon as a row was known.
      .updateEntity(false)
      .execute();
    const added = new Set((result.raw as { id: string }[]).map(({ id }) => id));
    return alerts.filter(({ id }) => added.delete(id));
  }

  /** The newest first. */
  async list({ type, limit }: { readonly type?: Alert['type']; readonly limit: number }): Promise<Alert[]> {
    const rows = await this.alerts.find({
      where: type === undefined ? {} : { type },
      order: { at: 'DESC', id: 'ASC' },
      take: limit,
    });
    return rows.map(({ details, ...row }) => ({ ...row, details: { ...details } }));
  }
}

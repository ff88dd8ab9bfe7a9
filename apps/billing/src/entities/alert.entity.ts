import { safeInteger } from '@tollgate/database';
import type { Alert } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something an operator must hear of, once however often it was raised. */
@Entity('alert')
export class AlertEntry implements Omit<Alert, 'details'> {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  type!: Alert['type'];

  @Column('text')
  message!: string;

  /** Epoch milliseconds. */
  @Column('bigint', { transformer: safeInteger })
  at!: number;

  @Column('jsonb')
  details!: object;
}

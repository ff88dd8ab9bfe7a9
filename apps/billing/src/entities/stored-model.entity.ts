import { safeInteger } from '@tollgate/database';
import type { StoredModel as Stored } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A deployment that was added through the API. Times are epoch milliseconds. */
@Entity('stored_model')
export class StoredModel implements Stored {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  /** Credentials in it are sealed before they come here. */
  @Column('jsonb')
  params!: Record<string, unknown>;

  @Column('jsonb')
  info!: Record<string, unknown>;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('text', { name: 'updated_by' })
  updatedBy!: string;

  @Column('bigint', { name: 'created_at', transformer: safeInteger })
  createdAt!: number;

  @Column('bigint', { name: 'updated_at', transformer: safeInteger })
  updatedAt!: number;
}

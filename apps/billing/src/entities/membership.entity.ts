import { safeInteger } from '@tollgate/database';
import type { Limits, Membership } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user in a team or an organization. Times are epoch milliseconds. */
@Entity('membership')
export class MembershipRow implements Membership {
  @PrimaryColumn('text', { name: 'container_kind' })
  containerKind!: Membership['containerKind'];

  @PrimaryColumn('text', { name: 'container_id' })
  containerId!: string;

  @PrimaryColumn('text', { name: 'user_id' })
  userId!: string;

  @Column('text')
  role!: Membership['role'];

  @Column('jsonb')
  limits!: Limits;

  @Column('bigint', { name: 'created_at', transformer: safeInteger })
  createdAt!: number;

  @Column('bigint', { name: 'updated_at', transformer: safeInteger })
  updatedAt!: number;
}

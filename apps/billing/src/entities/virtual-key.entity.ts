import { safeInteger, safeIntegerOrNull } from '@tollgate/database';
import type { BudgetPolicy, KeyRecord, KeyRouting, Limits } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key and what it has spent. Times are epoch milliseconds. */
@Entity('virtual_key')
export class VirtualKey implements Omit<KeyRecord, 'routing'> {
  @PrimaryColumn('text')
  hash!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  alias!: string | null;

  @Column('text', { array: true })
  models!: string[];

  @Column('text', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('text', { name: 'team_id', nullable: true })
  teamId!: string | null;

  @Column('jsonb')
  metadata!: Record<string, unknown>;

  @Column('jsonb', { nullable: true })
  routing!: KeyRouting | null;

  @Column('text', { name: 'organization_id', nullable: true })
  organizationId!: string | null;

  @Column('text', { name: 'project_id', nullable: true })
  projectId!: string | null;

  @Column('boolean')
  blocked!: boolean;

  @Column('jsonb')
  limits!: Limits;

  @Column('text', { name: 'budget_id', nullable: true })
  budgetId!: string | null;

  @Column('jsonb')
  policy!: BudgetPolicy;

  @Column('text', { name: 'allowed_routes', array: true })
  allowedRoutes!: string[];

  @Column('text')
  type!: KeyRecord['type'];

  @Column('jsonb')
  settings!: Record<string, unknown>;

  @Column('bigint', { name: 'expires_at', nullable: true, transformer: safeIntegerOrNull })
  expiresAt!: number | null;

  @Column('bigint', { name: 'created_at', transformer: safeInteger })
  createdAt!: number;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('bigint', { name: 'updated_at', transformer: safeInteger })
  updatedAt!: number;

  @Column('text', { name: 'updated_by' })
  updatedBy!: string;

  /** The sum of the ledger's rows of this key since it was created. */
  @Column('bigint', { name: 'spend_nanos', default: 0, transformer: safeInteger })
  spendNanos!: number;

  @Column('bigint', { name: 'last_active_at', nullable: true, transformer: safeIntegerOrNull })
  lastActiveAt!: number | null;

  /** null: it lives. */
  @Column('bigint', { name: 'deleted_at', nullable: true, transformer: safeIntegerOrNull })
  deletedAt!: number | null;

  @Column('text', { name: 'deleted_by', nullable: true })
  deletedBy!: string | null;
}

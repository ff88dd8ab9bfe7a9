import { safeInteger } from '@tollgate/database';
import type { DirectoryEntry, EntryKind, Limits } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An organization, project, team, user, end user, tag, tier or access group. Times are epoch milliseconds. */
@Entity('directory_entry')
export class DirectoryRow implements DirectoryEntry {
  @PrimaryColumn('text')
  kind!: EntryKind;

  @PrimaryColumn('text')
  id!: string;

  @Column('text', { nullable: true })
  alias!: string | null;

  @Column('boolean')
  blocked!: boolean;

  @Column('text', { array: true })
  models!: string[];

  @Column('text', { name: 'organization_id', nullable: true })
  organizationId!: string | null;

  @Column('text', { name: 'team_id', nullable: true })
  teamId!: string | null;

  @Column('text', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('text', { name: 'budget_id', nullable: true })
  budgetId!: string | null;

  @Column('jsonb')
  limits!: Limits;

  @Column('jsonb', { name: 'member_limits', nullable: true })
  memberLimits!: Limits | null;

  @Column('jsonb')
  metadata!: Record<string, unknown>;

  @Column('jsonb')
  settings!: Record<string, unknown>;

  @Column('bigint', { name: 'created_at', transformer: safeInteger })
  createdAt!: number;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('bigint', { name: 'updated_at', transformer: safeInteger })
  updatedAt!: number;

  @Column('text', { name: 'updated_by' })
  updatedBy!: string;
}

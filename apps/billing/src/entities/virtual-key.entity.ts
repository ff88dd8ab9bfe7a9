import { safeInteger, safeIntegerOrNull } from '@tollgate/database';
import type { KeyRecord, KeyRouting } from '@tollgate/contracts';
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

  @Column('bigint', { name: 'requests_per_minute', nullable: true, transformer: safeIntegerOrNull })
  requestsPerMinute!: number | null;

  @Column('bigint', { name: 'tokens_per_minute', nullable: true, transformer: safeIntegerOrNull })
  tokensPerMinute!: number | null;

  @Column('bigint', { name: 'max_parallel_requests', nullable: true, transformer: safeIntegerOrNull })
  maxParallelRequests!: number | null;

  @Column('bigint', { name: 'expires_at', nullable: true, transformer: safeIntegerOrNull })
  expiresAt!: number | null;

  @Column('bigint', { name: 'created_at', transformer: safeInteger })
  createdAt!: number;

  @Column('bigint', { name: 'updated_at', transformer: safeInteger })
  updatedAt!: number;

  /** The sum of the ledger's rows of this key since it was created. */
  @Column('bigint', { name: 'spend_nanos', default: 0, transformer: safeInteger })
  spendNanos!: number;
}

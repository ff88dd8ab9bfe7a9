import { safeInteger, safeIntegerOrNull } from '@tollgate/database';
import type { UsageEvent } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { UsageCounts } from './usage-counts.js';

/** One usage event, exactly once. Written by `Ledger` in sets, never by `save`. Times are epoch milliseconds. */
@Entity('ledger_entry')
export class LedgerEntry implements UsageEvent {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'call_id' })
  callId!: string;

  @Column('text', { name: 'response_id', nullable: true })
  responseId!: string | null;

  @Column('text')
  status!: UsageEvent['status'];

  @Column('boolean')
  measured!: boolean;

  @Column(() => UsageCounts, { prefix: false })
  usage!: UsageCounts;

  @Column('json', { name: 'raw_usage', nullable: true })
  rawUsage!: unknown;

  @Column('bigint', { name: 'cost_nanos', nullable: true, transformer: safeIntegerOrNull })
  costNanos!: number | null;

  /** What the `unknown` event had cost that this one replaced; null: it replaced none. */
  @Column('bigint', {
    name: 'superseded_nanos',
    nullable: true,
    select: false,
    transformer: safeIntegerOrNull,
  })
  supersededNanos?: number | null;

  @Column('text')
  model!: string;

  @Column('text', { name: 'model_group' })
  group!: string;

  @Column('text', { name: 'upstream_model' })
  upstreamModel!: string;

  @Column('text', { name: 'deployment_id' })
  deploymentId!: string;

  @Column('text')
  provider!: string;

  @Column('text', { name: 'api_base', nullable: true })
  apiBase!: string | null;

  @Column('text', { name: 'key_hash' })
  keyHash!: string;

  @Column('text', { name: 'key_alias', nullable: true })
  keyAlias!: string | null;

  @Column('text', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('text', { name: 'team_id', nullable: true })
  teamId!: string | null;

  @Column('text', { name: 'organization_id', nullable: true })
  organizationId!: string | null;

  @Column('text', { name: 'project_id', nullable: true })
  projectId!: string | null;

  @Column('text', { name: 'end_user', nullable: true })
  endUser!: string | null;

  @Column('text', { array: true })
  tags!: string[];

  @Column('boolean')
  stream!: boolean;

  @Column('bigint', { name: 'called_at', transformer: safeInteger })
  calledAt!: number;

  @Column('bigint', { name: 'started_at', transformer: safeInteger })
  startedAt!: number;

  @Column('bigint', { name: 'first_token_at', nullable: true, transformer: safeIntegerOrNull })
  firstTokenAt!: number | null;

  @Column('bigint', { name: 'ended_at', transformer: safeInteger })
  endedAt!: number;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text')
  role!: UsageEvent['role'];

  @Column('text', { nullable: true })
  arm!: UsageEvent['arm'];
}

import { safeInteger } from '@tollgate/database';
import type { Actor, AuditRecord } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

class ActorColumns implements Actor {
  @Column('text', { name: 'actor_key_hash' })
  keyHash!: string;

  @Column('text', { name: 'actor_user_id', nullable: true })
  userId!: string | null;

  @Column('text', { name: 'actor_role' })
  role!: Actor['role'];
}

/** A link of the audit chain: written once, kept from changes by the database. */
@Entity('audit_record')
export class AuditRow implements AuditRecord {
  @PrimaryColumn('bigint', { transformer: safeInteger })
  sequence!: number;

  /** Epoch milliseconds. */
  @Column('bigint', { transformer: safeInteger })
  at!: number;

  @Column(() => ActorColumns, { prefix: false })
  actor!: ActorColumns;

  @Column('text')
  action!: AuditRecord['action'];

  @Column('text')
  object!: string;

  @Column('text', { name: 'object_id' })
  objectId!: string;

  @Column('jsonb', { nullable: true })
  before!: Record<string, unknown> | null;

  @Column('jsonb', { nullable: true })
  after!: Record<string, unknown> | null;

  @Column('text', { name: 'previous_hash' })
  previousHash!: string;

  @Column('text')
  hash!: string;
}

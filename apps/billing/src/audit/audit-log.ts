import { Inject, Injectable } from '@nestjs/common';
import type { Actor, AuditRecord } from '@tollgate/contracts';
import { toSafeInteger, type Database } from '@tollgate/database';
import { MoreThan, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { AuditRow } from '../entities/audit-record.entity.js';
import { DATABASE } from '../tokens.js';
import { chainHash, FIRST_HASH, withoutSecrets } from './audit-chain.js';

type Fields = Record<string, unknown>;

/** One change of one object. Secrets are taken out when it is appended. */
export interface AuditedChange {
  readonly action: AuditRecord['action'];
  readonly object: string;
  readonly objectId: string;
  readonly before: object | null;
  readonly after: object | null;
}

export interface AuditQuery {
  readonly object?: string;
  readonly objectId?: string;
  readonly changedBy?: string;
  readonly action?: AuditRecord['action'];
  readonly from?: number;
  readonly to?: number;
  readonly before?: number;
  readonly limit: number;
}

export interface AuditCheck {
  readonly checked: number;
  readonly brokenAt: number | null;
  readonly next: number | null;
}

interface Head {
  readonly sequence: number;
  readonly hash: string;
}

const INSERTED_AT_ONCE = 1_000;
const READ_AT_ONCE = 1_000;
/** Some two seconds' worth. */
const CHECKED_AT_ONCE = 20_000;

/**
 * Appends to the chain, in the transaction of the changes themselves and as the last thing in it: from here to the commit all
 * other changes wait. Returns the records.
 */
export async function appendAudit(
  manager: EntityManager,
  actor: Actor,
  changes: readonly AuditedChange[],
): Promise<AuditRecord[]> {
  if (changes.length === 0) return [];
  const head = await readHead(manager, ' for update');
  const records = chained(head, actor, changes);
  for (let start = 0; start < records.length; start += INSERTED_AT_ONCE)
    await manager.insert(AuditRow, records.slice(start, start + INSERTED_AT_ONCE) as object[]);
  const last = records.at(-1);
  await manager.query('update audit_head set sequence = $1, hash = $2', [last?.sequence, last?.hash]);
  return records;
}

function chained(head: Head, actor: Actor, changes: readonly AuditedChange[]): AuditRecord[] {
  const at = Date.now();
  let { sequence, hash: previousHash } = head;
  return changes.map(({ before, after, ...change }) => {
    const record = {
      ...change,
      sequence: (sequence += 1),
      at,
      actor: { keyHash: actor.keyHash, userId: actor.userId, role: actor.role },
      before: withoutSecrets(before) as Fields | null,
      after: withoutSecrets(after) as Fields | null,
      previousHash,
    };
    previousHash = chainHash(record);
    return { ...record, hash: previousHash };
  });
}

async function readHead(manager: EntityManager, lock = ''): Promise<Head> {
  const [head] = await manager.query<{ sequence: string; hash: string }[]>(
    `select sequence, hash from audit_head${lock}`,
  );
  return { sequence: toSafeInteger(head?.sequence ?? 0), hash: head?.hash ?? FIRST_HASH };
}

/** Reads the audit log. */
@Injectable()
export class AuditLog {
  private readonly manager: EntityManager;

  constructor(@Inject(DATABASE) database: Database) {
    this.manager = database.dataSource.manager;
  }

  /** Newest first. */
  async list({ before, limit, ...filter }: AuditQuery): Promise<{ records: AuditRecord[]; total: number }> {
    const total = await this.filtered(filter).getCount();
    const query = this.filtered(filter).orderBy('record.sequence', 'DESC').limit(limit);
    if (before !== undefined) query.andWhere('record.sequence < :before', { before });
    return { records: await query.getMany(), total };
  }

  /** Checks the rows after `after`, so many at once: each one's hash, and that it names the hash of the one before. */
  async verify(after = 0): Promise<AuditCheck> {
    const head = await readHead(this.manager);
    let previous: Head = after === 0 ? { sequence: 0, hash: FIRST_HASH } : await this.linkAt(after);
    let checked = 0;
    while (checked < CHECKED_AT_ONCE && previous.sequence < head.sequence) {
      const rows = await this.manager.find(AuditRow, {
        where: { sequence: MoreThan(previous.sequence) },
        order: { sequence: 'ASC' },
        take: READ_AT_ONCE,
      });
      const broken = firstBroken(previous, rows);
      if (broken !== null) return { checked: checked + broken.fitting, brokenAt: broken.at, next: null };
      checked += rows.length;
      previous = rows.at(-1) ?? previous;
    }
    if (previous.sequence === head.sequence && previous.hash !== head.hash)
      return { checked, brokenAt: head.sequence, next: null };
    return { checked, brokenAt: null, next: previous.sequence < head.sequence ? previous.sequence : null };
  }

  private async linkAt(sequence: number): Promise<Head> {
    const row = await this.manager.findOneBy(AuditRow, { sequence });
    return { sequence, hash: row?.hash ?? '' };
  }

  private filtered(filter: Omit<AuditQuery, 'before' | 'limit'>): SelectQueryBuilder<AuditRow> {
    const query = this.manager.createQueryBuilder(AuditRow, 'record');
    const { object, objectId, changedBy, action, from, to } = filter;
    if (object !== undefined) query.andWhere('record.object = :object', { object });
    if (objectId !== undefined) query.andWhere('record.objectId = :objectId', { objectId });
    if (changedBy !== undefined) query.andWhere('record.actor.userId = :changedBy', { changedBy });
    if (action !== undefined) query.andWhere('record.action = :action', { action });
    if (from !== undefined) query.andWhere('record.at >= :from', { from: Math.ceil(from) });
    if (to !== undefined) query.andWhere('record.at < :to', { to: Math.ceil(to) });
    return query;
  }
}

/** The first row that does not follow; when there are none although there should be, the one that is missing. */
function firstBroken(previous: Head, rows: readonly AuditRow[]): { at: number; fitting: number } | null {
  let link = previous;
  for (const [fitting, row] of rows.entries()) {
    const follows = row.sequence === link.sequence + 1 && row.previousHash === link.hash;
    if (!follows || chainHash(row) !== row.hash) return { at: link.sequence + 1, fitting };
    link = row;
  }
  return rows.length === 0 ? { at: link.sequence + 1, fitting: 0 } : null;
}

import { Inject, Injectable } from '@nestjs/common';
import type { EntryKind, Membership, SpentEntry } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { In, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { DirectoryRow } from '../entities/directory-entry.entity.js';
import { MembershipRow } from '../entities/membership.entity.js';
import { DATABASE } from '../tokens.js';
import { listEntryPage, type EntryQuery } from './entry-list.js';
import { toEntry } from './entry-rows.js';
import { toMembership } from './membership-rows.js';
import { spendOf } from './scope-totals.js';

export interface EntryPage {
  readonly entries: SpentEntry[];
  readonly total: number;
}

export interface MemberQuery {
  readonly containerKind?: Membership['containerKind'];
  readonly containerIds?: string[];
  readonly userIds?: string[];
  readonly limit: number;
}

export type SpentMembership = Membership & { readonly spendNanos: number };

const KEY_COLUMNS: Readonly<Partial<Record<EntryKind, string>>> = { team: 'team_id', user: 'user_id' };

/** Reads organizations, teams, users and so on, and their members. */
@Injectable()
export class DirectoryStore {
  private readonly manager: EntityManager;

  constructor(@Inject(DATABASE) database: Database) {
    this.manager = database.dataSource.manager;
  }

  /** In the order of their ids. */
  async find(kind: EntryKind, ids: string[]): Promise<SpentEntry[]> {
    return this.withSpend(
      kind,
      await this.manager.find(DirectoryRow, { where: { kind, id: In(ids) }, order: { id: 'ASC' } }),
    );
  }

  async list(query: EntryQuery): Promise<EntryPage> {
    const { rows, total } = await listEntryPage(this.manager, query);
    return { entries: await this.withSpend(query.kind, rows), total };
  }

  /** By team or organization, in the order in which they came. */
  async members({ containerKind, containerIds, userIds, limit }: MemberQuery): Promise<SpentMembership[]> {
    const where: FindOptionsWhere<MembershipRow> = {
      ...(containerKind !== undefined && { containerKind }),
      ...(containerIds !== undefined && { containerId: In(containerIds) }),
      ...(userIds !== undefined && { userId: In(userIds) }),
    };
    const order = { containerKind: 'ASC', containerId: 'ASC', createdAt: 'ASC', userId: 'ASC' } as const;
    const rows = await this.manager.find(MembershipRow, { where, order, take: limit });
    const idOf = ({ containerId, userId }: MembershipRow): string => `${containerId}:${userId}`;
    const ids = rows.filter((row) => row.containerKind === 'team').map(idOf);
    const spend = await spendOf(this.manager, 'member', ids);
    return rows.map((row) => ({
      ...toMembership(row),
      spendNanos: row.containerKind === 'team' ? (spend.get(idOf(row)) ?? 0) : 0,
    }));
  }

  private async withSpend(kind: EntryKind, rows: readonly DirectoryRow[]): Promise<SpentEntry[]> {
    const ids = rows.map(({ id }) => id);
    const spend = await spendOf(this.manager, kind, ids);
    const keys = await this.countKeys(kind, ids);
    return rows.map((row) => ({
      ...toEntry(row),
      spendNanos: spend.get(row.id) ?? 0,
      keyCount: keys.get(row.id) ?? 0,
    }));
  }

  private async countKeys(kind: EntryKind, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const column = KEY_COLUMNS[kind];
    if (column === undefined || ids.length === 0) return new Map();
    const rows = await this.manager.query<{ id: string; keys: number }[]>(
      `select ${column} as id, count(*)::int as keys from virtual_key
       where ${column} = any($1) and deleted_at is null group by ${column}`,
      [ids],
    );
    return new Map(rows.map(({ id, keys }) => [id, keys]));
  }
}

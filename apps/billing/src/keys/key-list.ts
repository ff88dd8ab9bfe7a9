import type { SpentKey } from '@tollgate/contracts';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { VirtualKey } from '../entities/virtual-key.entity.js';
import { toSpentKey } from './key-rows.js';

export interface KeyQuery {
  readonly hashes?: string[];
  readonly alias?: string;
  readonly userIds?: string[];
  readonly teamIds?: string[];
  readonly organizationIds?: string[];
  readonly createdBy?: string;
  readonly anyOwner?: boolean;
  readonly status?: SpentKey['status'];
  readonly sortBy?: 'createdAt' | 'updatedAt' | 'alias' | 'spend' | 'expiresAt' | 'lastActiveAt';
  readonly descending?: boolean;
  readonly offset?: number;
  readonly limit: number;
}

export interface KeyPage {
  readonly keys: SpentKey[];
  readonly total: number;
}

const COLUMNS = {
  createdAt: 'key.createdAt',
  updatedAt: 'key.updatedAt',
  alias: 'key.alias',
  spend: 'key.spendNanos',
  expiresAt: 'key.expiresAt',
  lastActiveAt: 'key.lastActiveAt',
} as const;

/** Columns that may be null; sorting the others with a word about nulls would keep their index from being used. */
const NULLABLE: ReadonlySet<string> = new Set(['alias', 'expiresAt', 'lastActiveAt']);

/** A page of keys, and how many there are of them in all. Keys that have no value to sort by come last. */
export async function listKeyPage(manager: EntityManager, query: KeyQuery): Promise<KeyPage> {
  const { sortBy = 'createdAt', descending = true, offset = 0, limit } = query;
  const direction = descending ? 'DESC' : 'ASC';
  const total = await filtered(manager, query).getCount();
  const rows = await filtered(manager, query)
    .orderBy(COLUMNS[sortBy], direction, NULLABLE.has(sortBy) ? 'NULLS LAST' : undefined)
    .addOrderBy('key.hash', direction)
    .offset(offset)
    .limit(limit)
    .getMany();
  return { keys: rows.map(toSpentKey), total };
}

function filtered(manager: EntityManager, query: KeyQuery): SelectQueryBuilder<VirtualKey> {
  const { hashes, alias, organizationIds, anyOwner = false } = query;
  const keys = manager
    .createQueryBuilder(VirtualKey, 'key')
    .where(`key.deletedAt is ${query.status === 'deleted' ? 'not null' : 'null'}`);
  if (hashes !== undefined) keys.andWhere('key.hash = any(:hashes)', { hashes });
  if (alias !== undefined) keys.andWhere('position(lower(:alias) in lower(key.alias)) > 0', { alias });
  if (organizationIds !== undefined)
    keys.andWhere('key.organizationId = any(:organizationIds)', { organizationIds });
  const owners = ownerConditions(query);
  if (owners.length > 0) keys.andWhere(`(${owners.join(anyOwner ? ' or ' : ' and ')})`);
  return keys.setParameters({ userIds: query.userIds, teamIds: query.teamIds, createdBy: query.createdBy });
}

function ownerConditions({ userIds, teamIds, createdBy }: KeyQuery): string[] {
  const conditions: string[] = [];
  if (userIds !== undefined) conditions.push('key.userId = any(:userIds)');
  if (teamIds !== undefined) conditions.push('key.teamId = any(:teamIds)');
  if (createdBy !== undefined) conditions.push('key.createdBy = :createdBy');
  return conditions;
}

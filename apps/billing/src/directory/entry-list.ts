import type { EntryKind, UserRole } from '@tollgate/contracts';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { DirectoryRow } from '../entities/directory-entry.entity.js';

export interface EntryQuery {
  readonly kind: EntryKind;
  readonly organizationIds?: string[];
  readonly teamIds?: string[];
  readonly memberId?: string;
  readonly search?: string;
  readonly role?: UserRole;
  readonly sortBy?: 'createdAt' | 'alias' | 'id' | 'spend';
  readonly descending?: boolean;
  readonly offset?: number;
  readonly limit: number;
}

const IS_MEMBER = `(entry.userId = :memberId or exists (
  select 1 from membership member
  where member.container_kind = entry.kind and member.container_id = entry.id and member.user_id = :memberId))`;

const COLUMNS = { createdAt: 'entry.createdAt', alias: 'entry.alias', id: 'entry.id' } as const;

const OWN_TOTAL = 'total.kind = entry.kind and total.id = entry.id';

/** A page of entries, and how many there are of them in all. Entries without an alias come last. */
export async function listEntryPage(
  manager: EntityManager,
  query: EntryQuery,
): Promise<{ rows: DirectoryRow[]; total: number }> {
  const { sortBy = 'createdAt', descending = true, offset = 0, limit } = query;
  const direction = descending ? 'DESC' : 'ASC';
  const total = await filtered(manager, query).getCount();
  const page = filtered(manager, query).offset(offset).limit(limit);
  if (sortBy === 'spend')
    page.leftJoin('spend_total', 'total', OWN_TOTAL).orderBy('coalesce(total.spend_nanos, 0)', direction);
  else page.orderBy(COLUMNS[sortBy], direction, sortBy === 'alias' ? 'NULLS LAST' : undefined);
  return { rows: await page.addOrderBy('entry.id', direction).getMany(), total };
}

function filtered(manager: EntityManager, query: EntryQuery): SelectQueryBuilder<DirectoryRow> {
  const { kind, organizationIds, teamIds, memberId, search, role } = query;
  const entries = manager.createQueryBuilder(DirectoryRow, 'entry').where('entry.kind = :kind', { kind });
  if (organizationIds !== undefined)
    entries.andWhere('entry.organizationId = any(:organizationIds)', { organizationIds });
  if (teamIds !== undefined) entries.andWhere('entry.teamId = any(:teamIds)', { teamIds });
  if (memberId !== undefined) entries.andWhere(IS_MEMBER, { memberId });
  if (search !== undefined) entries.andWhere('position(lower(:search) in entry.searched) > 0', { search });
  if (role !== undefined) entries.andWhere(`entry.settings->>'user_role' = :role`, { role });
  return entries;
}

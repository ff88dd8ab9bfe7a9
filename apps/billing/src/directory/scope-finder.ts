import { Inject, Injectable } from '@nestjs/common';
import {
  NO_LIMITS,
  type Limits,
  type ObjectPermission,
  type ScopeKind,
  type ScopeRecord,
  type ScopeRef,
} from '@tollgate/contracts';
import { toSafeInteger, type Database } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import { DATABASE } from '../tokens.js';
import { mergedLimits } from './merged-limits.js';

interface ScopeRow {
  readonly kind: ScopeKind;
  readonly id: string;
  readonly alias: string | null;
  readonly blocked: boolean;
  readonly models: string[];
  readonly limits: Limits;
  readonly metadata: Record<string, unknown>;
  readonly permission: ObjectPermission | null;
  /** What holds where the limits say nothing: of the tier, or of the team for each member. */
  readonly tier: Limits | null;
  readonly changed_at: string;
}

/** One question for scopes of every kind. `$1` to `$4`: kinds and ids of entries, hashes of keys, ids of members. */
const FIND_SCOPES = `
  select entry.kind, entry.id, entry.alias, entry.blocked, entry.models, entry.limits, entry.metadata,
    entry.settings -> 'object_permission' as permission,
    tier.limits as tier, greatest(entry.updated_at, tier.updated_at) as changed_at
  from directory_entry entry
  left join directory_entry tier on tier.kind = 'budget' and tier.id = entry.budget_id
  where (entry.kind, entry.id) in (select * from unnest($1::text[], $2::text[]))
  union all
  select 'key', key.hash, key.alias, key.blocked, key.models, key.limits, key.metadata, null, tier.limits,
    greatest(key.updated_at, tier.updated_at)
  from virtual_key key
  left join directory_entry tier on tier.kind = 'budget' and tier.id = key.budget_id
  where key.hash = any($3) and key.deleted_at is null
  union all
  select 'member', member.container_id || ':' || member.user_id, null, false, '{}', member.limits, '{}', null,
    team.member_limits, greatest(member.updated_at, team.updated_at)
  from membership member
  left join directory_entry team on team.kind = 'team' and team.id = member.container_id
  where member.container_kind = 'team' and member.container_id || ':' || member.user_id = any($4)`;

/** Kinds that are no entries of the directory; the gateway's limits are the config's. */
const OTHERS: ReadonlySet<ScopeKind> = new Set(['gateway', 'member', 'key']);

/** What binds calls. */
@Injectable()
export class ScopeFinder {
  private readonly manager: EntityManager;

  constructor(@Inject(DATABASE) database: Database) {
    this.manager = database.dataSource.manager;
  }

  /** The scopes that there are, their tiers' limits merged in; a temporary increase that is over is none. */
  async find(scopes: readonly ScopeRef[], now = Date.now()): Promise<ScopeRecord[]> {
    const idsOf = (kind: ScopeKind): string[] =>
      scopes.filter((scope) => scope.kind === kind).map(({ id }) => id);
    const entries = scopes.filter(({ kind }) => !OTHERS.has(kind));
    const rows = await this.manager.query<ScopeRow[]>(FIND_SCOPES, [
      entries.map(({ kind }) => kind),
      entries.map(({ id }) => id),
      idsOf('key'),
      idsOf('member'),
    ]);
    return rows.map(({ tier, limits, permission, changed_at: changedAt, ...row }) => ({
      ...row,
      ...(permission !== null && { objectPermission: permission }),
      changedAt: toSafeInteger(changedAt),
      limits: unexpired(mergedLimits(limits, tier ?? NO_LIMITS), now),
    }));
  }
}

const unexpired = (limits: Limits, now: number): Limits =>
  (limits.temporaryIncrease?.until ?? now) > now ? limits : { ...limits, temporaryIncrease: null };

import { Injectable } from '@nestjs/common';
import { GatewayError, NO_LIMITS, type Actor, type Membership } from '@tollgate/contracts';
import { violatedConstraint } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import { nameOf } from '../audit/actor-name.js';
import { AdminChanges, type Changes } from '../audit/admin-changes.js';
import { lockKeys, removeKeys } from '../keys/key-rows.js';
import { touchEntry, unknownEntry } from './entry-rows.js';
import {
  deleteMembers,
  lockMembers,
  lockTheseMembers,
  memberObject,
  toMembership,
  touchMember,
  type MemberId,
} from './membership-rows.js';

export interface Removal {
  readonly containerKind: Membership['containerKind'];
  readonly containerId: string;
  readonly userIds: readonly string[];
}

export interface MembersSet {
  readonly members: Membership[];
  readonly createdUsers: string[];
}

export interface MembersRemoved {
  readonly removed: Membership[];
  readonly deletedKeys: string[];
}

interface Context {
  readonly changes: Changes;
  readonly actor: Actor;
}

const LOCK_CONTAINERS = `
  select kind, id from directory_entry
  where (kind, id) in (select * from unnest($1::text[], $2::text[])) order by kind, id for key share`;

const CREATE_USERS = `
  insert into directory_entry (kind, id, alias, blocked, models, limits, metadata, settings,
    created_at, created_by, updated_at, updated_by)
  select 'user', id, null, false, '{}', $2, '{}', '{"user_role": "internal_user"}', $3, $4, $3, $4
  from unnest($1::text[]) as id order by id
  on conflict do nothing returning id`;

const SET_MEMBERS = `
  insert into membership (container_kind, container_id, user_id, role, limits, created_at, updated_at)
  select "containerKind", "containerId", "userId", role, limits, $2, $2
  from jsonb_to_recordset($1) as wanted
    ("containerKind" text, "containerId" text, "userId" text, role text, limits jsonb)
  on conflict (container_kind, container_id, user_id)
    do update set role = excluded.role, limits = excluded.limits, updated_at = excluded.updated_at`;

/** Changes who is a member of which team or organization, as administrators do. */
@Injectable()
export class MembershipAdmin {
  constructor(private readonly changes: AdminChanges) {}

  set(actor: Actor, wanted: readonly Membership[]): Promise<MembersSet> {
    // Of a member that is named twice the last word counts.
    const members = [...new Map(wanted.map((member) => [nameOfMember(member), member])).values()];
    return this.changes.run(actor, async (manager, changes) => {
      await lockContainers(manager, members);
      const createdUsers = await createUsers(manager, { changes, actor }, members);
      const known = await lockTheseMembers(manager, members);
      const before = new Map(known.map((row) => [nameOfMember(row), toMembership(row)]));
      await writeMembers(manager, members);
      for (const member of members) {
        const was = before.get(nameOfMember(member)) ?? null;
        const action = was === null ? 'created' : 'updated';
        changes.audit({ action, ...memberObject(member), before: was, after: member });
        touchMember(changes, member);
      }
      return { members, createdUsers };
    });
  }

  remove(actor: Actor, { containerKind, containerId, userIds }: Removal): Promise<MembersRemoved> {
    return this.changes.run(actor, async (manager, changes) => {
      const condition =
        'member.containerKind = :containerKind and member.containerId = :containerId and member.userId = any(:userIds)';
      const members = await lockMembers(manager, condition, { containerKind, containerId, userIds });
      await deleteMembers(manager, changes, members);
      if (containerKind !== 'team') return { removed: members.map(toMembership), deletedKeys: [] };
      const keys = await lockKeys(manager, 'key.teamId = :containerId and key.userId = any(:userIds)', {
        ...{ containerId, userIds: members.map(({ userId }) => userId) },
      });
      const deletedKeys = await removeKeys(manager, { changes, actor }, keys);
      return { removed: members.map(toMembership), deletedKeys };
    });
  }
}

const nameOfMember = ({ containerKind, containerId, userId }: MemberId): string =>
  `${containerKind} ${containerId} ${userId}`;

async function lockContainers(manager: EntityManager, members: readonly Membership[]): Promise<void> {
  const kinds = members.map(({ containerKind }) => containerKind);
  const ids = members.map(({ containerId }) => containerId);
  const rows = await manager.query<{ kind: string; id: string }[]>(LOCK_CONTAINERS, [kinds, ids]);
  const known = new Set(rows.map(({ kind, id }) => `${kind} ${id}`));
  const missing = members.find((member) => !known.has(`${member.containerKind} ${member.containerId}`));
  if (missing !== undefined) throw unknownEntry(missing.containerKind, missing.containerId);
}

async function createUsers(
  manager: EntityManager,
  { changes, actor }: Context,
  members: readonly Membership[],
): Promise<string[]> {
  const ids = [...new Set(members.map(({ userId }) => userId))];
  const values = [ids, JSON.stringify(NO_LIMITS), Date.now(), nameOf(actor)];
  const created = await manager.query<{ id: string }[]>(CREATE_USERS, values);
  for (const { id } of created) {
    const after = { id, settings: { user_role: 'internal_user' } };
    changes.audit({ action: 'created', object: 'user', objectId: id, before: null, after });
    touchEntry(changes, { kind: 'user', id });
  }
  return created.map(({ id }) => id);
}

async function writeMembers(manager: EntityManager, members: readonly Membership[]): Promise<void> {
  try {
    await manager.query(SET_MEMBERS, [JSON.stringify(members), Date.now()]);
  } catch (cause) {
    if (violatedConstraint(cause) !== 'membership_scope') throw cause;
    throw new GatewayError('conflict', 'Team and user ids together make up the ids of another member.', {
      param: 'user_id',
      cause,
    });
  }
}

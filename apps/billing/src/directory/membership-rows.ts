import type { DirectoryEntry, Membership } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import type { Changes } from '../audit/admin-changes.js';
import { MembershipRow } from '../entities/membership.entity.js';

export const toMembership = ({
  createdAt: _created,
  updatedAt: _updated,
  ...membership
}: MembershipRow): Membership => membership;

export type MemberId = Pick<Membership, 'containerKind' | 'containerId' | 'userId'>;

/** What the audit log calls a membership. */
export const memberObject = ({ containerKind, containerId, userId }: MemberId) => ({
  object: `${containerKind}_member`,
  objectId: `${containerId}:${userId}`,
});

/** Notes that ingress must forget what binds a member, and which teams and organizations the user is in. */
export function touchMember(changes: Changes, { containerKind, containerId, userId }: MemberId): void {
  if (containerKind === 'team') changes.touchScope({ kind: 'member', id: `${containerId}:${userId}` });
  changes.touchScope({ kind: 'user', id: userId });
}

/** Ends the memberships in these teams and organizations, and those of these users. */
export async function removeMemberships(
  manager: EntityManager,
  changes: Changes,
  entries: readonly Pick<DirectoryEntry, 'kind' | 'id'>[],
): Promise<void> {
  const idsOf = (kind: string): string[] =>
    entries.filter((entry) => entry.kind === kind).map(({ id }) => id);
  const [teams, organizations, users] = [idsOf('team'), idsOf('organization'), idsOf('user')];
  if (teams.length + organizations.length + users.length === 0) return;
  const ended = await lockMembers(
    manager,
    `(member.containerKind = 'team' and member.containerId = any(:teams))
     or (member.containerKind = 'organization' and member.containerId = any(:organizations))
     or member.userId = any(:users)`,
    { teams, organizations, users },
  );
  await deleteMembers(manager, changes, ended);
}

/** The values of a member's id, a column each. */
const columnsOf = (members: readonly MemberId[]): [string[], string[], string[]] => [
  members.map(({ containerKind }) => containerKind),
  members.map(({ containerId }) => containerId),
  members.map(({ userId }) => userId),
];

/** Those of these members that there are, locked. */
export function lockTheseMembers(
  manager: EntityManager,
  members: readonly MemberId[],
): Promise<MembershipRow[]> {
  const [kinds, containers, users] = columnsOf(members);
  const named = 'unnest(cast(:kinds as text[]), cast(:containers as text[]), cast(:users as text[]))';
  const condition = `(member.containerKind, member.containerId, member.userId) in (select * from ${named})`;
  return lockMembers(manager, condition, { kinds, containers, users });
}

/** The memberships that a condition on `member` holds for, locked in the order of their ids. */
export const lockMembers = (
  manager: EntityManager,
  condition: string,
  parameters: Record<string, unknown>,
): Promise<MembershipRow[]> =>
  manager
    .createQueryBuilder(MembershipRow, 'member')
    .where(`(${condition})`, parameters)
    .orderBy('member.containerKind')
    .addOrderBy('member.containerId')
    .addOrderBy('member.userId')
    .setLock('pessimistic_write')
    .getMany();

/** Deletes memberships that are locked. */
export async function deleteMembers(
  manager: EntityManager,
  changes: Changes,
  members: readonly MembershipRow[],
): Promise<void> {
  if (members.length === 0) return;
  await manager.query(
    `delete from membership where (container_kind, container_id, user_id) in
       (select * from unnest($1::text[], $2::text[], $3::text[]))`,
    columnsOf(members),
  );
  for (const member of members) {
    changes.audit({ action: 'deleted', ...memberObject(member), before: toMembership(member), after: null });
    touchMember(changes, member);
  }
}

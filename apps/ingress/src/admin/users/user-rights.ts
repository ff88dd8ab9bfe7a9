import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import { administered, roleOf, type Authority } from '../../auth/authority.js';
import type { Directory } from '../directory.js';
import type { RecordPatch } from '../fields/field-use.js';
import type { Grants } from '../grants.js';
import { checkTeamAdmin } from '../teams/team-rights.js';

/** Roles that an organization's admin may give. */
const ORGANIZATION_ROLES: ReadonlySet<unknown> = new Set([
  'internal_user',
  'internal_user_viewer',
  undefined,
]);

/** What a user may say of itself. */
const OWN_PARTS: ReadonlySet<string> = new Set(['alias']);

/** Whether every organization is one that the caller administers, and there is one. */
function checkOrganizations(by: Authority, organizations: readonly string[]): void {
  const mine = new Set(administered(by.organizations));
  if (organizations.length > 0 && organizations.every((id) => mine.has(id))) return;
  throw notAllowed(
    'Only proxy admins, and admins of all organizations of a user, can change users',
    'organizations',
  );
}

/** Rejects with `forbidden` when a caller may not make such a user, in these organizations and teams. */
export async function checkNewUser(
  by: Authority,
  patch: RecordPatch,
  { organizations, teams }: { readonly organizations: readonly string[]; readonly teams: readonly string[] },
  { directory, grants }: { readonly directory: Directory; readonly grants: Grants },
): Promise<void> {
  if (by.isAdmin) return;
  checkOrganizations(by, organizations);
  checkRole(patch.settings?.['user_role']);
  for (const id of teams) checkTeamAdmin(by, await directory.require('team', id, 'teams'));
  await grants.checkUnbound(patch, [...(await directory.findAll('organization', organizations)).values()]);
}

/** Rejects with `forbidden` when a caller may not change this of a user. */
export async function checkUserChange(
  by: Authority,
  user: SpentEntry,
  patch: RecordPatch,
  { directory, grants }: { readonly directory: Directory; readonly grants: Grants },
): Promise<void> {
  if (by.isAdmin) return;
  const isOwn = user.id === by.userId;
  if (isOwn && Object.keys(patch).every((part) => OWN_PARTS.has(part))) return;
  const organizations = isOwn ? [] : await organizationsOf(user, directory);
  checkOrganizations(by, organizations);
  checkRole(roleOf(user.settings));
  checkRole(patch.settings?.['user_role']);
  const { models, limits } = { ...user, ...patch };
  const owners = await directory.findAll('organization', organizations);
  await grants.checkUnbound({ models, limits }, [...owners.values()]);
}

/** Rejects with `forbidden` when a caller may not delete a user. */
export async function checkUserDeletion(
  by: Authority,
  user: SpentEntry,
  directory: Directory,
): Promise<void> {
  if (by.isAdmin) return;
  checkOrganizations(by, user.id === by.userId ? [] : await organizationsOf(user, directory));
  checkRole(roleOf(user.settings));
}

async function organizationsOf(user: SpentEntry, directory: Directory): Promise<string[]> {
  const members = await directory.membershipsOf(user.id);
  return members
    .filter(({ containerKind }) => containerKind === 'organization')
    .map((member) => member.containerId);
}

function checkRole(role: unknown): void {
  if (ORGANIZATION_ROLES.has(role)) return;
  throw notAllowed('Only proxy admins can give or change this role', 'user_role');
}

/** Itself, members of what the caller administers, and everybody for those who see everything. */
export async function checkSeesUser(by: Authority, userId: string, directory: Directory): Promise<void> {
  if (by.seesAll || userId === by.userId) return;
  const mine = new Set([
    ...administered(by.teams).map((id) => `team:${id}`),
    ...administered(by.organizations).map((id) => `organization:${id}`),
  ]);
  const members = mine.size === 0 ? [] : await directory.membershipsOf(userId);
  if (members.some(({ containerKind, containerId }) => mine.has(`${containerKind}:${containerId}`))) return;
  throw notAllowed(
    `key not allowed to access this user's info. user_id=${userId}, key's user_id=${by.userId ?? 'None'}`,
    'user_id',
  );
}

const notAllowed = (message: string, param: string): GatewayError =>
  new GatewayError('forbidden', message, { param });

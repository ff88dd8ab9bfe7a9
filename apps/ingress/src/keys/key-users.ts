import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import { administersOrganization, administersTeam, roleOf, type Authority } from '../auth/authority.js';
import type { Directory, SpentMembership } from '../admin/directory.js';

/** Where a key belongs, and so its user must. */
type Container = Pick<SpentMembership, 'containerKind' | 'containerId'>;

/**
 * Rejects with LiteLLM's refusal when a user is given a key of a team or organization that it is no member of, and with `forbidden`
 * as `checkStandsFor` does.
 */
export async function checkKeyUser(
  by: Authority,
  userId: string | null,
  { containerKind, containerId }: Container,
  directory: Directory,
): Promise<void> {
  if (userId === null || userId === by.userId) return;
  const members = await directory.membershipsOf(userId);
  const isMember = members.some(
    (member) => member.containerKind === containerKind && member.containerId === containerId,
  );
  if (!isMember) throw notAssigned(userId, `${containerKind}=${containerId}`, 'user_id');
  await checkStandsFor(by, userId, directory);
}

/**
 * Whoever sees a key's text can act as its user. Rejects with `forbidden` when that user may see or administer what the caller may
 * not.
 */
export async function checkStandsFor(
  by: Authority,
  userId: string | null,
  directory: Directory,
): Promise<void> {
  if (by.isAdmin || userId === null || userId === by.userId) return;
  const user = await directory.find('user', userId);
  if (user !== undefined && isAboveAll(user)) throw tooHigh(userId);
  const leads = (await directory.membershipsOf(userId)).filter(({ role }) => role !== 'user');
  const led = (kind: Container['containerKind']): string[] =>
    leads.flatMap(({ containerKind, containerId }) => (containerKind === kind ? [containerId] : []));
  const teams = await directory.findAll('team', led('team'));
  const isWithin =
    [...teams.values()].every((team) => administersTeam(by, team)) &&
    led('organization').every((id) => administersOrganization(by, id));
  if (!isWithin) throw tooHigh(userId);
}

const isAboveAll = ({ settings }: SpentEntry): boolean =>
  ['proxy_admin', 'proxy_admin_viewer'].includes(roleOf(settings));

const tooHigh = (userId: string): GatewayError =>
  new GatewayError('forbidden', `User ${userId} has rights that you have not: ask an admin for its keys`, {
    param: 'user_id',
  });

/** @param where as in `team=red`. */
export const notAssigned = (userId: string | null, where: string, param: string): GatewayError =>
  new GatewayError('invalid_request', `User=${userId ?? 'None'} not assigned to ${where}`, { param });

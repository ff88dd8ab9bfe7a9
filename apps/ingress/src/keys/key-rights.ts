import { isDeepStrictEqual } from 'node:util';
import { GatewayError, type BudgetPolicy, type KeyRecord, type SpentEntry } from '@tollgate/contracts';
import type { RecordPatch } from '../admin/fields/field-use.js';
import { shownPolicy } from '../admin/limits/policy.js';
import { shownLimits } from '../admin/limits/show-limits.js';
import { administersOrganization, administersTeam, type Authority } from '../auth/authority.js';

/** What a team lets its members do when it says nothing, as in LiteLLM. */
const DEFAULT_PERMISSIONS: readonly string[] = ['/key/info', '/key/health'];

/** Every permission that a team can give its members. */
export const MEMBER_PERMISSIONS: readonly string[] = [
  ...['/key/generate', '/key/update', '/key/delete', '/key/regenerate', '/key/service-account/generate'],
  ...['/key/{key_id}/regenerate', '/key/block', '/key/unblock', '/key/list', '/key/info', '/key/health'],
];

/**
 * How far a caller's right to a key goes. admin: it administers the key's team or organization. maker: it made the key for itself, and
 * nobody else has limited it since. holder: the key is its own, with limits that others have set.
 */
export type KeyRight = 'admin' | 'maker' | 'holder';

/** `route`: the permission that a team's members need. Throws LiteLLM's refusals. */
export function keyRight(
  by: Authority,
  key: KeyRecord,
  team: SpentEntry | undefined,
  route: string,
): KeyRight {
  const right = rightTo(by, key, team, route);
  // Whatever else it may do, a key does not change its own limits.
  return key.hash === by.actor.keyHash && right !== undefined && !by.isAdmin
    ? 'holder'
    : (right ?? refuse(key));
}

function rightTo(
  by: Authority,
  key: KeyRecord,
  team: SpentEntry | undefined,
  route: string,
): KeyRight | undefined {
  if (by.isAdmin || administersOrganization(by, key.organizationId)) return 'admin';
  if (team !== undefined && administersTeam(by, team)) return 'admin';
  if (key.userId === null || key.userId !== by.userId) return undefined;
  if (team !== undefined && by.teams.has(team.id)) checkPermission(team, route);
  const limitedBy = key.settings[LIMITED_BY] ?? key.createdBy;
  return key.createdBy === by.userId && limitedBy === by.userId ? 'maker' : 'holder';
}

/** In a key's settings: who was the last to change what limits it. */
const LIMITED_BY = 'limited_by';

function refuse(key: KeyRecord): never {
  const where = key.teamId === null ? '' : ` or of team ${key.teamId}`;
  throw new GatewayError(
    'forbidden',
    `You are not allowed to change this key: it belongs to somebody else. Ask an admin${where}.`,
    { param: 'key' },
  );
}

/** The routes for keys that members of a team may call. */
export function permissionsOf(team: SpentEntry): readonly string[] {
  const given = team.settings['team_member_permissions'];
  return Array.isArray(given) && given.length > 0 ? (given as string[]) : DEFAULT_PERMISSIONS;
}

/** LiteLLM's other names of permissions. */
const OTHER_NAMES: Readonly<Record<string, string>> = { '/key/regenerate': '/key/{key_id}/regenerate' };

/** Whether a caller may look at a key. */
export function seesKey(by: Authority, key: KeyRecord, team: SpentEntry | undefined): boolean {
  if (by.seesAll || key.hash === by.actor.keyHash || administersOrganization(by, key.organizationId))
    return true;
  if (key.userId !== null && key.userId === by.userId) return true;
  if (team === undefined) return false;
  return administersTeam(by, team) || (by.teams.has(team.id) && permissionsOf(team).includes('/key/info'));
}

/** Throws LiteLLM's refusal. */
export function checkSeesKey(by: Authority, key: KeyRecord, team: SpentEntry | undefined): void {
  if (!seesKey(by, key, team)) throw notYourKey(by);
}

export const notYourKey = ({ role }: Authority): GatewayError =>
  new GatewayError('forbidden', `You are not allowed to access this key's info. Your role=${role}`, {
    param: 'key',
  });

/** Throws `team_permission_denied` in LiteLLM's words. */
export function checkPermission(team: SpentEntry, route: string): void {
  const permissions = permissionsOf(team);
  if (permissions.includes(route) || permissions.includes(OTHER_NAMES[route] ?? route)) return;
  throw new GatewayError(
    'team_permission_denied',
    `Team member does not have permissions for endpoint: ${route}. You only have access to the following endpoints: ` +
      `[${permissions.map((name) => `'${name}'`).join(', ')}] for team ${team.id}. To create keys for this team, please ask ` +
      'your proxy admin to check the team member permission settings and update the settings to allow team member users ' +
      'to create keys.',
    { param: route },
  );
}

/** Parts of a key that limit it, beside its limits and its policy, which have several fields each. */
const LIMITING = {
  models: 'models',
  blocked: 'blocked',
  teamId: 'team_id',
  userId: 'user_id',
  organizationId: 'organization_id',
  projectId: 'project_id',
  budgetId: 'budget_id',
  allowedRoutes: 'allowed_routes',
  type: 'key_type',
  expiresAt: 'duration',
  routing: 'router_settings',
} as const satisfies Partial<Record<keyof RecordPatch, string>>;

/** Parts of its metadata that do: where calls may go, what looks at them, and which budgets of tags they are charged to. */
const LIMITING_METADATA = ['allowed_model_region', 'guardrails', 'tags'];

/** The fields of a change that limit the key. */
const limitingFields = (patch: RecordPatch, current: KeyRecord): string[] => [
  ...Object.entries(LIMITING).flatMap(([part, field]) => (Object.hasOwn(patch, part) ? [field] : [])),
  ...(patch.limits === undefined ? [] : differing(shownLimits(patch.limits), shownLimits(current.limits))),
  ...(patch.policy === undefined ? [] : differing(policyOf(patch.policy), policyOf(current.policy))),
  ...LIMITING_METADATA.filter(
    (field) =>
      patch.metadata !== undefined && !isDeepStrictEqual(patch.metadata[field], current.metadata[field]),
  ).map((field) => `metadata.${field}`),
];

function policyOf(policy: BudgetPolicy): Record<string, unknown> {
  const shown = shownPolicy(policy);
  // A status alone makes an action of the default.
  const action = shown.on_budget_exceeded ?? 'reject';
  return { ...shown, on_budget_exceeded: action, 'metadata.priority': policy.priority };
}

const differing = (next: object, current: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(next).flatMap(([field, value]) => (isDeepStrictEqual(value, current[field]) ? [] : [field]));

/** A change that limits the key says by whom: a maker does not undo what an admin did. */
export const signed = (by: Authority, patch: RecordPatch, current: KeyRecord): RecordPatch =>
  limitingFields(patch, current).length === 0
    ? patch
    : { ...patch, settings: { ...current.settings, ...patch.settings, [LIMITED_BY]: by.actor.userId } };

/** A holder leaves what limits the key to those who set it; who only made it does not lift a block or spend beyond a budget. */
export function checkChange(by: Authority, right: KeyRight, patch: RecordPatch, current: KeyRecord): void {
  const [limiting] = limitingFields(patch, current);
  if (right === 'holder' && limiting !== undefined) throw adminsOnly(limiting);
  if (right === 'maker' && patch.blocked !== undefined) throw adminsOnly('blocked');
  if (!by.isAdmin) checkPolicy(patch);
}

/** What lets a key spend more than a budget, or come before others. */
export function checkPolicy({ policy }: RecordPatch): void {
  if (policy?.onStreamOverrun === 'finish') throw adminsOnly('on_stream_overrun');
  if (policy?.onStateDown === 'allow') throw adminsOnly('on_state_down');
  if (policy?.priority !== undefined) throw adminsOnly('metadata.priority');
}

const adminsOnly = (field: string): GatewayError =>
  new GatewayError('forbidden', `'${field}' of this key can be changed by an admin only`, { param: field });

import { GatewayError, NO_LIMITS, type Limits, type Membership } from '@tollgate/contracts';
import { BUDGET, NEW_RECORD, readRecord } from '@tollgate/ingress';
import { ACTOR, type ImportContext } from './context.js';
import { bodyOf } from './litellm-body.js';
import type { Row } from './source.js';
import { readTolerantly } from './tolerant-read.js';
import { listOf, objectOf, textOf, textsOf } from './values.js';

const AT_ONCE = 500;
const ALL = 1_000_000;

const ORGANIZATION_ROLES: Readonly<Record<string, Membership['role']>> = {
  org_admin: 'org_admin',
  internal_user_viewer: 'internal_user_viewer',
  internal_user_view_only: 'internal_user_viewer',
};

interface Member {
  readonly userId: string;
  readonly role: Membership['role'];
  readonly budgetId: string | null;
}

type Container = Pick<Membership, 'containerKind' | 'containerId'>;

/** Takes who is a member of which team and organization; those that are here keep their roles and limits. */
export async function takeMembers(context: ImportContext): Promise<void> {
  const { source, progress } = context;
  const teams = await teamMembers(context);
  const organizations = organizationMembers(await source.all('LiteLLM_OrganizationMembership'));
  progress.start('members', teams.size + organizations.size);
  for (const [kind, containers] of [
    ['team', teams],
    ['organization', organizations],
  ] as const)
    for (const [containerId, members] of containers) {
      await takeMembersOf(context, { containerKind: kind, containerId }, [...members.values()]);
      progress.add(1);
    }
}

type Members = Map<string, Member>;

/** LiteLLM has four places for the members of a team; the one with roles comes last and wins. */
async function teamMembers({ source, report }: ImportContext): Promise<Map<string, Members>> {
  const users = await source.all('LiteLLM_UserTable');
  const byEmail = new Map(users.map((user) => [textOf(user['user_email'])?.toLowerCase(), user['user_id']]));
  const budgetOf = new Map<string, string | null>();
  const teams = new Map<string, Members>();
  const add = (teamId: string, userId: string, role: Membership['role']): void => {
    const members = teams.get(teamId) ?? new Map<string, Member>();
    members.set(userId, { userId, role, budgetId: budgetOf.get(`${teamId}:${userId}`) ?? null });
    teams.set(teamId, members);
  };
  for (const row of await source.all('LiteLLM_TeamMembership')) {
    const [teamId, userId] = [textOf(row['team_id']), textOf(row['user_id'])];
    if (teamId === null || userId === null) continue;
    budgetOf.set(`${teamId}:${userId}`, textOf(row['budget_id']));
    add(teamId, userId, 'user');
  }
  for (const user of users)
    for (const teamId of textsOf(user['teams'])) add(teamId, textOf(user['user_id']) ?? '', 'user');
  for (const team of await source.all('LiteLLM_TeamTable')) {
    const teamId = textOf(team['team_id']) ?? '';
    for (const userId of textsOf(team['members'])) add(teamId, userId, 'user');
    for (const userId of textsOf(team['admins'])) add(teamId, userId, 'admin');
    for (const member of listOf(team['members_with_roles']).map(objectOf)) {
      const email = textOf(member['user_email'])?.toLowerCase();
      const userId = textOf(member['user_id']) ?? textOf(byEmail.get(email));
      if (userId !== null) add(teamId, userId, member['role'] === 'admin' ? 'admin' : 'user');
      else report.refused('members', `${teamId}:${email ?? '?'}`, 'no user has this e-mail address');
    }
  }
  return teams;
}

function organizationMembers(rows: readonly Row[]): Map<string, Members> {
  const organizations = new Map<string, Members>();
  for (const row of rows) {
    const [id, userId] = [textOf(row['organization_id']), textOf(row['user_id'])];
    if (id === null || userId === null) continue;
    const role = ORGANIZATION_ROLES[textOf(row['user_role']) ?? ''] ?? 'internal_user';
    const members = organizations.get(id) ?? new Map<string, Member>();
    organizations.set(id, members.set(userId, { userId, role, budgetId: textOf(row['budget_id']) }));
  }
  return organizations;
}

async function takeMembersOf(
  context: ImportContext,
  container: Container,
  members: readonly Member[],
): Promise<void> {
  const { importer, report, present } = context;
  const { containerKind, containerId } = container;
  const scopeOf = (userId: string): string => `${containerId}:${userId}`;
  if (!present.has(containerKind, containerId)) {
    for (const { userId } of members)
      report.refused('members', scopeOf(userId), `the ${containerKind} is not here`);
    return;
  }
  const found = await importer.directory.members({ containerKind, containerIds: [containerId], limit: ALL });
  const known = new Set(found.map(({ userId }) => userId));
  const wanted: Membership[] = [];
  for (const member of members) {
    const { userId } = member;
    if (containerKind === 'team') present.add('member', scopeOf(userId));
    if (known.has(userId)) report.there('members');
    else wanted.push(...membershipOf(context, container, member));
  }
  for (let start = 0; start < wanted.length; start += AT_ONCE)
    await set(context, wanted.slice(start, start + AT_ONCE));
}

async function set(
  { importer, report, dryRun }: ImportContext,
  members: readonly Membership[],
): Promise<void> {
  try {
    if (!dryRun) await importer.members.set(ACTOR, members);
    report.taken('members', members.length);
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    for (const { containerId, userId } of members)
      report.refused('members', `${containerId}:${userId}`, cause.message);
  }
}

/** Nothing where its limits cannot be read. */
function membershipOf(
  context: ImportContext,
  container: Container,
  { userId, role, budgetId }: Member,
): Membership[] {
  const { report, budgets } = context;
  const name = `${container.containerId}:${userId}`;
  const tier = budgetId === null ? undefined : budgets.get(budgetId);
  if (textsOf(tier?.['allowed_models']).length > 0)
    report.lost('members', name, `'allowed_models' is not supported for members`);
  try {
    return [{ ...container, userId, role, limits: tier === undefined ? NO_LIMITS : limitsOf(context, tier) }];
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    report.refused('members', name, cause.message);
    return [];
  }
}

function limitsOf({ now }: ImportContext, tier: Row): Limits {
  const body = bodyOf(tier, BUDGET.fields, now);
  const { value } = readTolerantly(body, BUDGET.fields, (part) => readRecord(part, BUDGET, NEW_RECORD, now));
  return value.patch.limits ?? NO_LIMITS;
}

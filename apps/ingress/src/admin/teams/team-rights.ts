import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import { administersOrganization, administersTeam, type Authority } from '../../auth/authority.js';
import type { RecordPatch } from '../fields/field-use.js';

/** What only those above a team (or an organization, or a project) may change in it. */
const LIMITING = {
  models: 'models',
  limits: 'max_budget',
  blocked: 'blocked',
  organizationId: 'organization_id',
  teamId: 'team_id',
  budgetId: 'budget_id',
} as const satisfies Partial<Record<keyof RecordPatch, string>>;

/** Throws `forbidden` naming a field that limits the record: its own admins leave those to whoever set them. */
export function checkUnlimiting(patch: RecordPatch, what: string): void {
  for (const [part, field] of Object.entries(LIMITING))
    if (Object.hasOwn(patch, part))
      throw new GatewayError('forbidden', `'${field}' of ${what} can be changed by those above it only`, {
        param: field,
      });
}

/** Admins of the team or of what it belongs to. */
export function checkTeamAdmin(by: Authority, team: SpentEntry): void {
  if (!administersTeam(by, team)) throw notTeamAdmin(team);
}

/** Whether the caller stands above the team. */
export const isAboveTeam = (by: Authority, team: SpentEntry): boolean =>
  by.isAdmin || administersOrganization(by, team.organizationId);

export function checkAboveTeam(by: Authority, team: SpentEntry): void {
  if (!isAboveTeam(by, team)) throw notTeamAdmin(team);
}

/** Members, admins, and those who see everything. */
export function checkSeesTeam(by: Authority, team: SpentEntry): void {
  if (by.seesAll || by.teams.has(team.id) || administersTeam(by, team)) return;
  throw new GatewayError('forbidden', `key not allowed to access this team's info. Key's role=${by.role}`, {
    param: 'team_id',
  });
}

const notTeamAdmin = (team: SpentEntry): GatewayError =>
  new GatewayError('forbidden', `Call not allowed. User not proxy admin OR team admin. team_id=${team.id}`, {
    param: 'team_id',
  });

import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  GatewayError,
  findEntries,
  listMembers,
  userRole,
  type Actor,
  type DirectoryEntry,
  type EntryKind,
  type Membership,
  type UserRole,
} from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';

type MemberRole = Membership['role'];

/** What a caller may administer: by the role of its user, and by memberships. */
export interface Authority {
  /** As whom the audit log names it. */
  readonly actor: Actor;
  readonly userId: string | null;
  readonly role: UserRole;
  /** May change everything. */
  readonly isAdmin: boolean;
  /** May see everything. */
  readonly seesAll: boolean;
  readonly teams: ReadonlyMap<string, MemberRole>;
  readonly organizations: ReadonlyMap<string, MemberRole>;
}

/** Far more than anybody is a member of. */
const MAX_MEMBERSHIPS = 10_000;

/** Roles are asked of billing each time: routes that need them are rare, and a role that was taken away is gone at once. */
@Injectable()
export class Authorities {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** At once for the master key and for keys of nobody. Rejects with `blocked` for a blocked user or team. */
  of(caller: Caller): Authority | Promise<Authority> {
    if (caller.key === null) return authority(caller, 'proxy_admin', []);
    const { userId, teamId } = caller.principal;
    return userId === null && teamId === null ? authority(caller, 'customer', []) : this.ask(caller);
  }

  private async ask(caller: Caller): Promise<Authority> {
    const { userId, teamId } = caller.principal;
    const [user, team, members] = await Promise.all([
      this.entry('user', userId),
      this.entry('team', teamId),
      this.memberships(userId),
    ]);
    if (user?.blocked === true) throw blocked(`User=${user.id}`);
    if (team?.blocked === true) throw blocked(`Team=${team.id}`);
    return authority(caller, user === undefined ? 'customer' : roleOf(user.settings), members);
  }

  private async entry(kind: EntryKind, id: string | null): Promise<DirectoryEntry | undefined> {
    if (id === null) return undefined;
    return (await this.bus.request(findEntries, { kind, ids: [id] })).entries[0];
  }

  private async memberships(userId: string | null): Promise<readonly Membership[]> {
    if (userId === null) return [];
    return (await this.bus.request(listMembers, { userIds: [userId], limit: MAX_MEMBERSHIPS })).members;
  }
}

const blocked = (who: string): GatewayError =>
  new GatewayError('blocked', `Authentication Error, ${who} is blocked.`);

/** Of a user that nobody gave a role: whoever may add members makes users, and must not make keys without limits by it. */
const DEFAULT_ROLE: UserRole = 'internal_user_viewer';

/** `user_role` of a user's record. */
export function roleOf(settings: Readonly<Record<string, unknown>>): UserRole {
  const parsed = userRole.safeParse(settings['user_role']);
  return parsed.success ? parsed.data : DEFAULT_ROLE;
}

function authority(caller: Caller, role: UserRole, members: readonly Membership[]): Authority {
  const { userId } = caller.actor;
  const of = (kind: Membership['containerKind']): ReadonlyMap<string, MemberRole> =>
    new Map(
      members
        .filter(({ containerKind }) => containerKind === kind)
        .map(({ containerId, role: inIt }) => [containerId, inIt]),
    );
  return {
    actor: { ...caller.actor, role },
    userId,
    role,
    isAdmin: role === 'proxy_admin',
    seesAll: role === 'proxy_admin' || role === 'proxy_admin_viewer',
    teams: of('team'),
    organizations: of('organization'),
  };
}

const ADMINS: ReadonlySet<MemberRole | undefined> = new Set(['admin', 'org_admin']);

export const administersOrganization = (by: Authority, organizationId: string | null): boolean =>
  by.isAdmin || (organizationId !== null && ADMINS.has(by.organizations.get(organizationId)));

/** The admins of a team, and those of its organization. */
export const administersTeam = (
  by: Authority,
  team: { readonly id: string; readonly organizationId: string | null },
): boolean =>
  by.isAdmin || ADMINS.has(by.teams.get(team.id)) || administersOrganization(by, team.organizationId);

/** Whether there is anything at all that the caller may administer. */
export const administersAnything = (by: Authority): boolean =>
  by.isAdmin || [...by.teams.values(), ...by.organizations.values()].some((role) => ADMINS.has(role));

/** Containers of which the caller is an admin. */
export const administered = (containers: ReadonlyMap<string, MemberRole>): string[] =>
  [...containers].filter(([, role]) => ADMINS.has(role)).map(([id]) => id);

/** The authority of a caller on a route that declares to need it. */
export function authorityOf(request: FastifyRequest): Authority {
  if (request.authority === null) throw new GatewayError('internal', 'Internal server error');
  return request.authority;
}

import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import { Injectable } from '@nestjs/common';
import { Directory } from '../admin/directory.js';
import type { RecordPatch } from '../admin/fields/field-use.js';
import { Grants } from '../admin/grants.js';
import { administersOrganization, administersTeam, type Authority } from '../auth/authority.js';
import { checkPermission } from './key-rights.js';
import { checkKeyUser, checkStandsFor, notAssigned } from './key-users.js';

type Owners = Pick<RecordPatch, 'teamId' | 'userId' | 'organizationId' | 'projectId'>;

/** For whom a caller may make keys, and how much it may give them. */
@Injectable()
export class KeyOwners {
  constructor(
    private readonly directory: Directory,
    private readonly grants: Grants,
  ) {}

  /** The team of a key; undefined: it has none, or one that is not known. */
  async teamOf(owners: Owners): Promise<SpentEntry | undefined> {
    return this.directory.find('team', owners.teamId ?? null);
  }

  /**
   * Whether a caller may make a key with these owners (or give it to them) that can do this. Rejects with LiteLLM's refusals, or
   * `forbidden` naming the field that would grant too much.
   */
  async check(by: Authority, owners: Owners, patch: RecordPatch, route: string): Promise<void> {
    if (by.isAdmin) return;
    const team = await this.teamOf(owners);
    if (team === undefined) this.checkPersonal(by, owners);
    else checkTeam(by, owners, team, route);
    if (changesHome(patch)) await this.checkUser(by, owners, team);
    const others = await this.others(by, owners, team);
    await this.grants.check(patch, [team, await this.userOf(owners, team), ...others]);
  }

  /** Rejects with `forbidden` when a caller may not be shown the text of a key of this user. */
  checkShown(by: Authority, { userId }: Owners): Promise<void> {
    return checkStandsFor(by, userId ?? null, this.directory);
  }

  private async checkUser(
    by: Authority,
    { userId, organizationId }: Owners,
    team: SpentEntry | undefined,
  ): Promise<void> {
    const containerId = team?.id ?? organizationId ?? null;
    if (containerId === null) return;
    const container = { containerKind: team === undefined ? 'organization' : 'team', containerId } as const;
    await checkKeyUser(by, userId ?? null, container, this.directory);
  }

  private checkPersonal(by: Authority, { teamId, userId, organizationId }: Owners): void {
    if (teamId !== undefined && teamId !== null) throw ofNoTeam(by, teamId);
    if (administersOrganization(by, organizationId ?? null)) return;
    if (userId === null || userId === undefined || userId !== by.userId)
      throw new GatewayError(
        'forbidden',
        `User can only create keys for themselves. Got user_id=${userId ?? 'None'}, Your ID=${by.userId ?? 'None'}`,
        { param: 'user_id' },
      );
  }

  /** A team's key is bound by the team, any other one by its user. */
  private userOf(owners: Owners, team: SpentEntry | undefined): Promise<SpentEntry | undefined> {
    return this.directory.find('user', team === undefined ? (owners.userId ?? null) : null);
  }

  private async others(
    by: Authority,
    { organizationId, projectId }: Owners,
    team: SpentEntry | undefined,
  ): Promise<(SpentEntry | undefined)[]> {
    const project = await this.directory.find('project', projectId ?? null);
    if (
      projectId !== undefined &&
      projectId !== null &&
      (project === undefined || project.teamId !== team?.id)
    )
      throw new GatewayError('forbidden', `Project ${projectId} does not belong to the key's team`, {
        param: 'project_id',
      });
    const within = organizationId ?? team?.organizationId ?? null;
    const isOther =
      organizationId !== null && organizationId !== undefined && organizationId !== team?.organizationId;
    if (isOther && !administersOrganization(by, organizationId))
      throw new GatewayError('forbidden', `You are no admin of organization ${organizationId}`, {
        param: 'organization_id',
      });
    return [project, await this.directory.find('organization', within)];
  }
}

function checkTeam(by: Authority, { userId }: Owners, team: SpentEntry, route: string): void {
  if (administersTeam(by, team)) return;
  if (by.userId === null || !by.teams.has(team.id)) throw ofNoTeam(by, team.id);
  checkPermission(team, route);
  if (userId !== by.userId && route !== '/key/service-account/generate')
    throw new GatewayError(
      'forbidden',
      `User can only create keys for themselves. Got user_id=${userId ?? 'None'}, Your ID=${by.userId}`,
      { param: 'user_id' },
    );
}

/** Whoever has a key keeps it: other changes do not ask whose it is. */
const changesHome = ({ userId, teamId, organizationId }: RecordPatch): boolean =>
  [userId, teamId, organizationId].some((owner) => owner !== undefined);

const ofNoTeam = (by: Authority, teamId: string): GatewayError =>
  notAssigned(by.userId, `team=${teamId}`, 'team_id');

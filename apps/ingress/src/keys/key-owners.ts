import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import { Injectable } from '@nestjs/common';
import { Directory } from '../admin/directory.js';
import type { RecordPatch } from '../admin/fields/field-use.js';
import { Grants } from '../admin/grants.js';
import { administersOrganization, administersTeam, type Authority } from '../auth/authority.js';
import { checkPermission } from './key-rights.js';

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
    const others = await this.others(by, owners, team);
    await this.grants.check(patch, [team, await this.userOf(owners, team), ...others]);
  }

  private checkPersonal(by: Authority, { teamId, userId, organizationId }: Owners): void {
    if (teamId !== undefined && teamId !== null) throw notAssigned(by, teamId);
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
  if (by.userId === null || !by.teams.has(team.id)) throw notAssigned(by, team.id);
  checkPermission(team, route);
  if (userId !== by.userId && route !== '/key/service-account/generate')
    throw new GatewayError(
      'forbidden',
      `User can only create keys for themselves. Got user_id=${userId ?? 'None'}, Your ID=${by.userId}`,
      { param: 'user_id' },
    );
}

const notAssigned = (by: Authority, teamId: string): GatewayError =>
  new GatewayError('invalid_request', `User=${by.userId ?? 'None'} not assigned to team=${teamId}`, {
    param: 'team_id',
  });

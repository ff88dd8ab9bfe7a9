import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { GatewayError, NO_LIMITS, type Membership, type SpentEntry } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { administersOrganization, authorityOf, type Authority } from '../../auth/authority.js';
import { toDollars } from '../../dollars.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { names, requiredName, type RecordPatch } from '../fields/field-use.js';
import { checkObjectPermission } from '../fields/object-permission.js';
import { parse } from '../fields/read-record.js';
import { Grants } from '../grants.js';
import { dollars } from '../limits/limit-schemas.js';
import { MemberDesk } from '../members/member-desk.js';
import { TeamAnswers } from './team-answers.js';
import { TEAM, wantedMember, type WantedMember } from './team-fields.js';
import { checkAboveTeam, checkTeamAdmin, checkUnlimiting, isAboveTeam } from './team-rights.js';

const named = z.object({ team_id: requiredName });
const deletion = z.object({ team_ids: z.array(z.string().min(1)).min(1, 'is empty').max(1_000) });
const ownFields = z.object({
  team_id: z.string().nullish(),
  admins: z.array(z.string()).nullish(),
  members: z.array(z.string()).nullish(),
  members_with_roles: z.array(wantedMember).nullish(),
});

/** Teams, in LiteLLM's shapes: made, changed and deleted. */
@Controller('team')
export class TeamsController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly members: MemberDesk,
    private readonly grants: Grants,
    private readonly answers: TeamAnswers,
  ) {}

  /** Whoever makes a team is its first admin. */
  @Access('manage')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const { patch, own } = this.desk.readNew(TEAM, readJsonObject(request.body));
    await this.checkPlace(by, patch.organizationId ?? null, patch);
    checkObjectPermission(by, patch);
    const { team_id: id, ...wanted } = parse(ownFields, own);
    const team = await this.desk.create(by.actor, 'team', id, patch);
    await this.members.set(by.actor, await this.firstMembers(by, team, wanted));
    return this.answers.row(team);
  }

  @Access('manage')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const body = readJsonObject(request.body);
    const team = await this.find(body);
    checkTeamAdmin(by, team);
    const { patch } = this.desk.readChange(TEAM, body, team);
    const { organizationId = team.organizationId } = patch;
    if (isAboveTeam(by, team)) await this.checkPlace(by, organizationId, patch);
    else checkUnlimiting(patch, `team ${team.id}`);
    checkObjectPermission(by, patch, team.settings);
    const changed = await this.desk.change(by.actor, team, patch);
    return { team_id: team.id, data: await this.answers.row(changed) };
  }

  /** With its keys and memberships. */
  @Access('manage')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const { team_ids: ids } = parse(deletion, readJsonObject(request.body));
    for (const id of ids) checkAboveTeam(by, await this.directory.require('team', id, 'team_ids'));
    const { deleted } = await this.desk.delete(by.actor, 'team', ids);
    return { deleted_teams: deleted.map(({ id }) => id), message: 'Teams deleted successfully' };
  }

  @Access('manage')
  @Post('block')
  @HttpCode(200)
  block(@Req() request: FastifyRequest): Promise<object> {
    return this.changeAbove(request, () => ({ blocked: true }));
  }

  @Access('manage')
  @Post('unblock')
  @HttpCode(200)
  unblock(@Req() request: FastifyRequest): Promise<object> {
    return this.changeAbove(request, () => ({ blocked: false }));
  }

  @Access('manage')
  @Post('model/add')
  @HttpCode(200)
  addModels(@Req() request: FastifyRequest): Promise<object> {
    return this.changeAbove(request, (team, models) => ({
      models: [...new Set([...team.models, ...models])],
    }));
  }

  @Access('manage')
  @Post('model/delete')
  @HttpCode(200)
  removeModels(@Req() request: FastifyRequest): Promise<object> {
    return this.changeAbove(request, (team, models) => {
      const left = team.models.filter((model) => !models.includes(model));
      if (left.length === 0 && team.models.length > 0)
        throw new GatewayError('invalid_request', "'models' would leave none, which means every model", {
          param: 'models',
        });
      return { models: left };
    });
  }

  @Access('manage')
  @Post(':team/reset_spend')
  @HttpCode(200)
  async resetSpend(@Req() request: FastifyRequest, @Param('team') id: string): Promise<object> {
    const by = authorityOf(request);
    const { reset_to: toNanos } = parse(z.object({ reset_to: dollars }), readJsonObject(request.body));
    const team = await this.directory.require('team', id, 'team_id');
    checkAboveTeam(by, team);
    const { spendNanos, previousNanos } = await this.desk.resetSpend(by.actor, { kind: 'team', id }, toNanos);
    return { team_id: id, spend: toDollars(spendNanos), previous_spend: toDollars(previousNanos) };
  }

  private async find(body: Readonly<Record<string, unknown>>): Promise<SpentEntry> {
    return this.directory.require('team', parse(named, body).team_id, 'team_id');
  }

  private async changeAbove(
    request: FastifyRequest,
    patchOf: (team: SpentEntry, models: readonly string[]) => RecordPatch,
  ): Promise<object> {
    const by = authorityOf(request);
    const body = readJsonObject(request.body);
    const team = await this.find(body);
    checkAboveTeam(by, team);
    const models = parse(z.object({ models: names.optional() }), body).models ?? [];
    const patch = patchOf(team, models);
    await this.checkPlace(by, team.organizationId, patch);
    return this.answers.row(await this.desk.change(by.actor, team, patch));
  }

  /** Only a proxy admin has teams outside any organization; a team of one has no more than it. */
  private async checkPlace(by: Authority, organizationId: string | null, patch: RecordPatch): Promise<void> {
    if (by.isAdmin) return;
    if (!administersOrganization(by, organizationId))
      throw new GatewayError(
        'forbidden',
        'Only proxy admins and admins of its organization can make a team',
        {
          param: 'organization_id',
        },
      );
    const organization = await this.directory.find('organization', organizationId);
    await this.grants.check(patch, [organization]);
  }

  private async firstMembers(
    by: Authority,
    team: SpentEntry,
    wanted: Pick<z.infer<typeof ownFields>, 'admins' | 'members' | 'members_with_roles'>,
  ): Promise<Membership[]> {
    const named: WantedMember[] = [
      ...(wanted.members ?? []).map((id) => ({ role: 'user' as const, user_id: id })),
      ...(wanted.admins ?? []).map((id) => ({ role: 'admin' as const, user_id: id })),
      ...(wanted.members_with_roles ?? []),
      ...(by.userId === null ? [] : [{ role: 'admin' as const, user_id: by.userId }]),
    ];
    const byUser = new Map<string, Membership>();
    for (const member of named) {
      const userId = await this.members.idOf(by.actor, member);
      const { role } = member;
      byUser.set(userId, { containerKind: 'team', containerId: team.id, userId, role, limits: NO_LIMITS });
    }
    return [...byUser.values()];
  }
}

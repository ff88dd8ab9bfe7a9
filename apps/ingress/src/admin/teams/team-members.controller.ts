import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { GatewayError, NO_LIMITS, type Limits, type Membership, type SpentEntry } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf } from '../../auth/authority.js';
import { toDollars } from '../../dollars.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { Directory, type SpentMembership } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { invalidField } from '../fields/field-errors.js';
import { flag, name } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { dollars, rate, window } from '../limits/limit-schemas.js';
import { changedLimits } from '../limits/read-limits.js';
import { shownLimits } from '../limits/show-limits.js';
import { MemberDesk } from '../members/member-desk.js';
import { USER } from '../users/user-fields.js';
import { TeamAnswers } from './team-answers.js';
import { wantedMember, type WantedMember } from './team-fields.js';
import { checkTeamAdmin } from './team-rights.js';

const MAX_MEMBERS = 500;

const memberLimits = {
  max_budget_in_team: dollars.nullish(),
  budget_duration: window.nullish(),
  tpm_limit: rate.nullish(),
  rpm_limit: rate.nullish(),
};
const addition = z.strictObject({
  team_id: name,
  member: z.union([wantedMember, z.array(wantedMember).min(1).max(MAX_MEMBERS)]),
  ...memberLimits,
});
const bulkAddition = z.strictObject({
  team_id: name,
  members: z.array(wantedMember).max(MAX_MEMBERS, `has more than ${MAX_MEMBERS} entries`).nullish(),
  all_users: flag.nullish(),
  ...memberLimits,
});
const user = { team_id: name, user_id: name.nullish(), user_email: name.nullish() };
const change = z.strictObject({ ...user, role: z.enum(['admin', 'user']).nullish(), ...memberLimits });
const removal = z.strictObject(user);

type WantedLimits = z.infer<z.ZodObject<typeof memberLimits>>;

/** Who is in a team, and what each may spend in it. */
@Controller('team')
export class TeamMembersController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly members: MemberDesk,
    private readonly answers: TeamAnswers,
  ) {}

  @Access('manage')
  @Post('member_add')
  @HttpCode(200)
  async add(@Req() request: FastifyRequest): Promise<object> {
    const { team_id: id, member, ...limits } = parse(addition, readJsonObject(request.body));
    const added = await this.addAll(request, id, [member].flat(), limits);
    return {
      ...(await this.answers.row(added.team)),
      updated_users: await this.desk.rows(USER, added.users),
      updated_team_memberships: added.memberships.map((one) => this.answers.membership(one)),
    };
  }

  @Access('manage')
  @Post('bulk_member_add')
  @HttpCode(200)
  async addMany(@Req() request: FastifyRequest): Promise<object> {
    const {
      team_id: id,
      members,
      all_users: all,
      ...limits
    } = parse(bulkAddition, readJsonObject(request.body));
    if ((all === true) === (members ?? []).length > 0)
      throw invalidField('members', 'or all_users is required, and not both of them');
    const wanted = all === true ? await this.everyone(request, id) : (members ?? []);
    if (wanted.length === 0) throw invalidField('all_users', 'adds nobody: every user is in the team');
    const added = await this.addAll(request, id, wanted, limits);
    const failed = { failed_additions: 0, total_requested: wanted.length };
    const results = added.memberships.map(({ userId }) => ({ user_id: userId, success: true, error: null }));
    return {
      ...{ team_id: id, results, successful_additions: results.length, ...failed },
      updated_team: await this.answers.row(added.team),
    };
  }

  @Access('manage')
  @Post('member_update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const { team_id: id, role, ...rest } = parse(change, readJsonObject(request.body));
    const { user_id: _id, user_email: email, ...wanted } = rest;
    const by = authorityOf(request);
    const team = await this.teamOf(request, id);
    const member = await this.members.require({ containerKind: 'team', containerId: team.id }, rest);
    const limits = limitsOf(member.limits, wanted);
    await this.members.set(by.actor, [{ ...member, role: role ?? member.role, limits }]);
    const shown = shownLimits(limits);
    return {
      ...{ team_id: id, user_id: member.userId, user_email: email ?? null, role: role ?? member.role },
      ...{ max_budget_in_team: shown.max_budget, budget_duration: shown.budget_duration },
      ...{ tpm_limit: shown.tpm_limit, rpm_limit: shown.rpm_limit, spend: toDollars(member.spendNanos) },
    };
  }

  /** With the keys that the user has in the team. */
  @Access('manage')
  @Post('member_delete')
  @HttpCode(200)
  async remove(@Req() request: FastifyRequest): Promise<object> {
    const { team_id: id, ...named } = parse(removal, readJsonObject(request.body));
    const team = await this.teamOf(request, id);
    const member = await this.members.require({ containerKind: 'team', containerId: team.id }, named);
    await this.members.remove(authorityOf(request).actor, member);
    return this.answers.row(team);
  }

  private async teamOf(request: FastifyRequest, id: string): Promise<SpentEntry> {
    const team = await this.directory.require('team', id, 'team_id');
    checkTeamAdmin(authorityOf(request), team);
    return team;
  }

  private async addAll(
    request: FastifyRequest,
    teamId: string,
    wanted: readonly WantedMember[],
    limits: WantedLimits,
  ): Promise<{ team: SpentEntry; memberships: SpentMembership[]; users: SpentEntry[] }> {
    const { actor } = authorityOf(request);
    const team = await this.teamOf(request, teamId);
    const ids = new Map<string, WantedMember>();
    for (const member of wanted) ids.set(await this.members.idOf(actor, member), member);
    const known = (await this.directory.membersOf('team', [team.id])).get(team.id) ?? [];
    const taken = known.find(({ userId }) => ids.has(userId));
    if (taken !== undefined) throw alreadyIn(taken);
    const memberships: Membership[] = [...ids].map(([userId, { role }]) => ({
      ...{ containerKind: 'team', containerId: team.id, userId, role, limits: limitsOf(NO_LIMITS, limits) },
    }));
    const set = await this.members.set(actor, memberships);
    const users = await this.directory.findAll('user', ids.keys());
    return {
      team,
      memberships: set.members.map((member) => ({ ...member, spendNanos: 0 })),
      users: [...users.values()],
    };
  }

  /** Every user that is not in the team yet. */
  private async everyone(request: FastifyRequest, teamId: string): Promise<WantedMember[]> {
    if (!authorityOf(request).isAdmin)
      throw new GatewayError('forbidden', "'all_users' is for proxy admins only", { param: 'all_users' });
    const known = (await this.directory.membersOf('team', [teamId])).get(teamId) ?? [];
    const inTeam = new Set(known.map(({ userId }) => userId));
    const { items, total } = await this.desk.list('user', {}, { page: 1, size: MAX_MEMBERS });
    if (total > MAX_MEMBERS)
      throw invalidField('all_users', `would add ${total} users: add ${MAX_MEMBERS} at a time`);
    return items
      .filter(({ id }) => !inTeam.has(id))
      .map(({ id }) => ({ role: 'user' as const, user_id: id }));
  }
}

const limitsOf = (current: Limits, { max_budget_in_team: most, ...rest }: WantedLimits): Limits =>
  changedLimits(current, { max_budget: most, ...rest }, Date.now());

const alreadyIn = ({ userId, containerId }: Membership): GatewayError =>
  new GatewayError('invalid_request', `User=${userId} already in team. team_id=${containerId}`, {
    param: 'user_id',
  });

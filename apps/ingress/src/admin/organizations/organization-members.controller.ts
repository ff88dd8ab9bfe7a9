import { Controller, Delete, HttpCode, Patch, Post, Req } from '@nestjs/common';
import { GatewayError, NO_LIMITS, type Membership } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { administersOrganization, authorityOf, type Authority } from '../../auth/authority.js';
import { toDollars } from '../../dollars.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { name } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { MemberDesk } from '../members/member-desk.js';
import { USER } from '../users/user-fields.js';
import { organizationRole } from './organization-fields.js';
import { checkAdmin } from './organizations.controller.js';

/** Nothing holds it: it is refused rather than passed over. */
const nothing = z.null('is not supported: leave it out').optional();
const user = { user_id: name.nullish(), user_email: name.nullish() };
const member = z.strictObject({ role: organizationRole, ...user });
const addition = z.strictObject({
  organization_id: name,
  member: z.union([member, z.array(member).min(1).max(500)]),
  max_budget_in_organization: nothing,
});
const change = z.strictObject({
  organization_id: name,
  ...user,
  role: organizationRole.unwrap().nullish(),
  max_budget_in_organization: nothing,
});
const removal = z.strictObject({ organization_id: name, ...user });

/** Who is in an organization, for its admins. */
@Controller('organization')
export class OrganizationMembersController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly members: MemberDesk,
  ) {}

  @Access('manage')
  @Post('member_add')
  @HttpCode(200)
  async add(@Req() request: FastifyRequest): Promise<object> {
    const { organization_id: id, member: wanted } = parse(addition, readJsonObject(request.body));
    const by = await this.authority(request, id);
    const { actor } = by;
    const added: Membership[] = [];
    for (const one of [wanted].flat()) {
      const userId = await this.members.idOf(actor, one);
      await this.checkOwn(by, userId);
      added.push({
        ...{ containerKind: 'organization', containerId: id, userId },
        ...{ role: one.role, limits: NO_LIMITS },
      });
    }
    await this.members.set(actor, added);
    const users = await this.directory.findAll(
      'user',
      added.map(({ userId }) => userId),
    );
    return {
      organization_id: id,
      updated_users: await this.desk.rows(USER, [...users.values()]),
      updated_organization_memberships: added.map((one) => shown(one, 0)),
    };
  }

  @Access('manage')
  @Patch('member_update')
  async update(@Req() request: FastifyRequest): Promise<object> {
    const { organization_id: id, role, ...rest } = parse(change, readJsonObject(request.body));
    const { actor } = await this.authority(request, id);
    const found = await this.members.require({ containerKind: 'organization', containerId: id }, rest);
    const changed = { ...found, role: role ?? found.role };
    await this.members.set(actor, [changed]);
    return shown(changed, found.spendNanos);
  }

  @Access('manage')
  @Delete('member_delete')
  async remove(@Req() request: FastifyRequest): Promise<object> {
    const { organization_id: id, ...named } = parse(removal, readJsonObject(request.body));
    const { actor } = await this.authority(request, id);
    const found = await this.members.require({ containerKind: 'organization', containerId: id }, named);
    await this.members.remove(actor, found);
    return shown(found, found.spendNanos);
  }

  /** Whoever is in an organization is in its admins' hands: they do not take in the users of others. */
  private async checkOwn(by: Authority, userId: string): Promise<void> {
    if (by.isAdmin || (await this.directory.find('user', userId)) === undefined) return;
    const memberships = await this.directory.membershipsOf(userId);
    const idsOf = (kind: Membership['containerKind']): string[] =>
      memberships.filter(({ containerKind }) => containerKind === kind).map(({ containerId }) => containerId);
    const teams = await this.directory.findAll('team', idsOf('team'));
    const organizations = [...teams.values()].map(({ organizationId }) => organizationId);
    if ([...idsOf('organization'), ...organizations].some((id) => administersOrganization(by, id))) return;
    throw new GatewayError(
      'forbidden',
      `User ${userId} is not of this organization: a proxy admin can add it`,
      {
        param: 'user_id',
      },
    );
  }

  private async authority(request: FastifyRequest, id: string) {
    const by = authorityOf(request);
    await this.directory.require('organization', id, 'organization_id');
    checkAdmin(by, id);
    return by;
  }
}

const shown = ({ userId, containerId, role }: Membership, spendNanos: number) => ({
  ...{ user_id: userId, organization_id: containerId, user_role: role, spend: toDollars(spendNanos) },
});

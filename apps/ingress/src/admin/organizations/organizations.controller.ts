import { Controller, Delete, Get, HttpCode, Patch, Post, Query, Req } from '@nestjs/common';
import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { administersOrganization, authorityOf, type Authority } from '../../auth/authority.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { readQuery } from '../../http/read-query.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { requiredName } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { TEAM } from '../teams/team-fields.js';
import { checkUnlimiting } from '../teams/team-rights.js';
import { ORGANIZATION } from './organization-fields.js';

const named = z.object({ organization_id: requiredName });
const deletion = z.object({ organization_ids: z.array(z.string().min(1)).min(1, 'is empty').max(1_000) });
const listQuery = z.object({ org_id: z.string().optional(), org_alias: z.string().optional() });

/** Lists that are no pages end here. */
const MOST = 1_000;
const MAX_TEAMS = 100;

/** Organizations, in LiteLLM's shapes. */
@Controller('organization')
export class OrganizationsController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
  ) {}

  @Access('admin')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const { patch, own } = this.desk.readNew(ORGANIZATION, readJsonObject(request.body));
    const { actor } = authorityOf(request);
    const made = await this.desk.create(actor, 'organization', own['organization_id'], patch);
    return this.desk.row(ORGANIZATION, made);
  }

  /** Its own admins leave its limits to proxy admins. */
  @Access('manage')
  @Patch('update')
  async update(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const body = readJsonObject(request.body);
    const organization = await this.find(parse(named, body).organization_id);
    checkAdmin(by, organization.id);
    const { patch } = this.desk.readChange(ORGANIZATION, body, organization);
    if (!by.isAdmin) checkUnlimiting(patch, `organization ${organization.id}`);
    return this.desk.row(ORGANIZATION, await this.desk.change(by.actor, organization, patch));
  }

  /** With its teams, projects and memberships. */
  @Access('admin')
  @Delete('delete')
  async delete(@Req() request: FastifyRequest): Promise<object[]> {
    const { organization_ids: ids } = parse(deletion, readJsonObject(request.body));
    for (const id of ids) await this.find(id);
    const found = await this.directory.findAll('organization', ids);
    await this.desk.delete(authorityOf(request).actor, 'organization', ids);
    return this.desk.rows(ORGANIZATION, [...found.values()]);
  }

  @Access('info')
  @Get('info')
  async info(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const by = authorityOf(request);
    const { organization_id: id } = readQuery(named, query);
    const organization = await this.find(id);
    if (!by.seesAll && !by.organizations.has(id)) throw notAdmin(id);
    const members = (await this.directory.membersOf('organization', [id])).get(id) ?? [];
    const teams = await this.desk.list('team', { organizationIds: [id] }, { page: 1, size: MAX_TEAMS });
    return {
      ...(await this.desk.row(ORGANIZATION, organization)),
      members: members.map(({ userId, role }) => ({ user_id: userId, organization_id: id, user_role: role })),
      teams: await this.desk.rows(TEAM, teams.items),
      total_teams: teams.total,
    };
  }

  /** All that the caller sees: a thousand at most. */
  @Access('info')
  @Get('list')
  async list(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object[]> {
    const by = authorityOf(request);
    const { org_id: id, org_alias: alias } = readQuery(listQuery, query);
    const mine = by.seesAll ? {} : { memberId: by.userId ?? '' };
    if (!by.seesAll && by.userId === null) return [];
    const search = alias ?? id;
    const filter = { ...mine, ...(search !== undefined && { search }) };
    const { items } = await this.desk.list('organization', filter, { page: 1, size: MOST });
    const found = id === undefined ? items : items.filter((entry) => entry.id === id);
    return this.desk.rows(ORGANIZATION, found);
  }

  private find(id: string): Promise<SpentEntry> {
    return this.directory.require('organization', id, 'organization_id');
  }
}

export function checkAdmin(by: Authority, id: string): void {
  if (!administersOrganization(by, id)) throw notAdmin(id);
}

const notAdmin = (id: string): GatewayError =>
  new GatewayError(
    'forbidden',
    `Call not allowed. User not proxy admin OR org admin. organization_id=${id}`,
    {
      param: 'organization_id',
    },
  );

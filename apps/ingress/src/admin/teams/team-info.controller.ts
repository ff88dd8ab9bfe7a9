import { Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError, listKeys } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { administersOrganization, authorityOf, type Authority } from '../../auth/authority.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { readQuery } from '../../http/read-query.js';
import { KeyRows } from '../../keys/key-rows.js';
import { MEMBER_PERMISSIONS, permissionsOf } from '../../keys/key-rights.js';
import { Directory } from '../directory.js';
import { EntryDesk, type EntryFilter } from '../entries/entry-desk.js';
import { requiredName } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { page, pagesOf, readPage, wholeNumber } from '../paging.js';
import { TeamAnswers } from './team-answers.js';
import { TEAM } from './team-fields.js';
import { checkSeesTeam, checkTeamAdmin } from './team-rights.js';

const one = z.object({ team_id: requiredName });
const listQuery = z.object({ user_id: z.string().optional(), organization_id: z.string().optional() });
const pageQuery = listQuery.extend({
  page,
  page_size: wholeNumber(100).default(10),
  team_id: z.string().optional(),
  team_alias: z.string().optional(),
  search: z.string().optional(),
  sort_by: z.enum(['team_id', 'team_alias', 'created_at', 'spend']).default('created_at'),
  sort_order: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc'),
});
const SORTS = { team_id: 'id', team_alias: 'alias', created_at: 'createdAt', spend: 'spend' } as const;

/** Lists that are no pages end here. */
const MAX_TEAMS = 1_000;
const MAX_KEYS = 100;

/** What is told of teams, each to those who may see it. */
@Controller()
export class TeamInfoController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly answers: TeamAnswers,
    private readonly keys: KeyRows,
  ) {}

  @Access('info')
  @Get('team/info')
  async info(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const { team_id: id } = readQuery(one, query);
    const team = await this.directory.require('team', id, 'team_id');
    checkSeesTeam(authorityOf(request), team);
    const { row, memberships } = await this.answers.detailed(team);
    const keys = await readPage({ page: 1, size: MAX_KEYS }, async (part) => {
      const found = await this.bus.request(listKeys, { teamIds: [id], ...part });
      return { items: found.keys, total: found.total };
    });
    return {
      team_id: id,
      team_info: row,
      keys: await this.keys.of(keys.items),
      total_keys: keys.total,
      team_memberships: memberships,
    };
  }

  @Access('info')
  @Get('team/list')
  async list(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object[]> {
    const filter = filterOf(readQuery(listQuery, query), authorityOf(request));
    const { items } = await this.desk.list('team', filter, { page: 1, size: MAX_TEAMS });
    return this.answers.rows(items);
  }

  @Access('info')
  @Get('v2/team/list')
  async pages(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const asked = readQuery(pageQuery, query);
    const search = asked.search ?? asked.team_alias ?? asked.team_id;
    const filter: EntryFilter = {
      ...filterOf(asked, authorityOf(request)),
      ...(search !== undefined && { search }),
      sortBy: SORTS[asked.sort_by],
      descending: asked.sort_order === 'desc',
    };
    const { items, total } = await this.desk.list('team', filter, {
      page: asked.page,
      size: asked.page_size,
    });
    return {
      teams: await this.answers.rows(items),
      total,
      page: asked.page,
      page_size: asked.page_size,
      total_pages: pagesOf(total, asked.page_size),
    };
  }

  @Access('info')
  @Get('team/permissions_list')
  async permissions(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const { team_id: id } = readQuery(one, query);
    const team = await this.directory.require('team', id, 'team_id');
    checkSeesTeam(authorityOf(request), team);
    return {
      team_id: id,
      team_member_permissions: permissionsOf(team),
      all_available_permissions: MEMBER_PERMISSIONS,
    };
  }

  @Access('manage')
  @Post('team/permissions_update')
  @HttpCode(200)
  async setPermissions(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const { team_id: id, ...rest } = readJsonObject(request.body);
    const team = await this.directory.require('team', parse(one, { team_id: id }).team_id, 'team_id');
    checkTeamAdmin(by, team);
    const { team_member_permissions: permissions } = rest;
    const { patch } = this.desk.readChange(TEAM, { team_member_permissions: permissions }, team);
    return this.answers.row(await this.desk.change(by.actor, team, patch));
  }
}

/** Of teams that are not the caller's nobody hears but those who see everything, and the admins of their organization. */
function filterOf(
  { user_id: userId, organization_id: organizationId }: z.infer<typeof listQuery>,
  by: Authority,
): EntryFilter {
  const isWide = by.seesAll || (organizationId !== undefined && administersOrganization(by, organizationId));
  const memberId = userId ?? (isWide ? undefined : (by.userId ?? ''));
  if (!isWide && (by.userId === null || memberId !== by.userId))
    throw new GatewayError(
      'forbidden',
      `Only admin users can query all teams/other teams. Your user role=${by.role}`,
      {
        param: 'user_id',
      },
    );
  return {
    ...(memberId !== undefined && { memberId }),
    ...(organizationId !== undefined && { organizationIds: [organizationId] }),
  };
}

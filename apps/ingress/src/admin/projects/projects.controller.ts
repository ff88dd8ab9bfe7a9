import { Controller, Delete, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf, type Authority } from '../../auth/authority.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { readQuery } from '../../http/read-query.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { invalidField } from '../fields/field-errors.js';
import type { RecordPatch } from '../fields/field-use.js';
import { requiredName } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { Grants } from '../grants.js';
import { checkSeesTeam, checkTeamAdmin } from '../teams/team-rights.js';
import { PROJECT } from './project-fields.js';

const named = z.object({ project_id: requiredName });
const deletion = z.object({ project_ids: z.array(z.string().min(1)).min(1, 'is empty').max(1_000) });
const listQuery = z.object({ team_id: z.string().optional() });

/** A list that is no page ends here. */
const MOST = 1_000;

/** Projects of teams, in LiteLLM's shapes: for the admins of the team, within what the team has. */
@Controller('project')
export class ProjectsController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly grants: Grants,
  ) {}

  @Access('manage')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const { patch, own } = this.desk.readNew(PROJECT, readJsonObject(request.body));
    const { teamId } = patch;
    if (teamId === undefined || teamId === null) throw invalidField('team_id', 'is required');
    const team = await this.checkGranted(by, teamId, patch);
    const made = await this.desk.create(by.actor, 'project', own['project_id'], {
      ...patch,
      organizationId: team.organizationId,
    });
    return this.desk.row(PROJECT, made);
  }

  @Access('manage')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const body = readJsonObject(request.body);
    const project = await this.claim(by, parse(named, body).project_id);
    const { patch } = this.desk.readChange(PROJECT, body, project);
    const teamId = patch.teamId ?? project.teamId;
    if (teamId !== null) await this.checkGranted(by, teamId, patch);
    return this.desk.row(PROJECT, await this.desk.change(by.actor, project, patch));
  }

  @Access('manage')
  @Delete('delete')
  async delete(@Req() request: FastifyRequest): Promise<object[]> {
    const by = authorityOf(request);
    const { project_ids: ids } = parse(deletion, readJsonObject(request.body));
    const found: SpentEntry[] = [];
    for (const id of ids) found.push(await this.claim(by, id));
    await this.desk.delete(by.actor, 'project', ids);
    return this.desk.rows(PROJECT, found);
  }

  @Access('info')
  @Get('info')
  async info(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const { project_id: id } = readQuery(named, query);
    const project = await this.directory.require('project', id, 'project_id');
    const by = authorityOf(request);
    const team = await this.directory.find('team', project.teamId);
    if (team !== undefined) checkSeesTeam(by, team);
    else if (!by.seesAll) throw notYours(id);
    return this.desk.row(PROJECT, project);
  }

  /** Of all teams, or of those that the caller is in: a thousand at most. */
  @Access('info')
  @Get('list')
  async list(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object[]> {
    const by = authorityOf(request);
    const { team_id: teamId } = readQuery(listQuery, query);
    const mine = [...by.teams.keys()];
    if (!by.seesAll && teamId !== undefined && !mine.includes(teamId))
      checkSeesTeam(by, await this.directory.require('team', teamId, 'team_id'));
    const teamIds = teamId === undefined ? (by.seesAll ? undefined : mine) : [teamId];
    if (teamIds?.length === 0) return [];
    const filter = teamIds === undefined ? {} : { teamIds };
    const { items } = await this.desk.list('project', filter, { page: 1, size: MOST });
    return this.desk.rows(PROJECT, items);
  }

  private async claim(by: Authority, id: string): Promise<SpentEntry> {
    const project = await this.directory.require('project', id, 'project_id');
    if (by.isAdmin) return project;
    const team = await this.directory.find('team', project.teamId);
    if (team === undefined) throw notYours(id);
    checkTeamAdmin(by, team);
    return project;
  }

  private async checkGranted(by: Authority, teamId: string, patch: RecordPatch): Promise<SpentEntry> {
    const team = await this.directory.require('team', teamId, 'team_id');
    if (by.isAdmin) return team;
    checkTeamAdmin(by, team);
    await this.grants.check(patch, [team]);
    return team;
  }
}

const notYours = (id: string): GatewayError =>
  new GatewayError('forbidden', `You are no admin of project ${id}`, { param: 'project_id' });

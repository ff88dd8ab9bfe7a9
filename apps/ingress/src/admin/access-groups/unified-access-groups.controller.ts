import { Controller, Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import type { SpentEntry } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf } from '../../auth/authority.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { requiredName } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { UNIFIED_ACCESS_GROUP } from './access-group-fields.js';

const named = z.object({ access_group_name: requiredName });

/** A list that is no page ends here. */
const MOST = 1_000;

/** The same groups by LiteLLM's newer routes. The name is the id: keys name groups by it. */
@Controller('v1/access_group')
export class UnifiedAccessGroupsController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
  ) {}

  @Access('admin')
  @Post()
  @HttpCode(201)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const body = readJsonObject(request.body);
    const { access_group_name: name } = parse(named, body);
    const { patch } = this.desk.readNew(UNIFIED_ACCESS_GROUP, body);
    return this.row(await this.desk.create(authorityOf(request).actor, 'access_group', name, patch));
  }

  @Access('viewer')
  @Get()
  async list(): Promise<object[]> {
    const { items } = await this.desk.list('access_group', {}, { page: 1, size: MOST });
    return Promise.all(items.map((group) => this.row(group)));
  }

  @Access('viewer')
  @Get(':group')
  async info(@Param('group') id: string): Promise<object> {
    return this.row(await this.find(id));
  }

  @Access('admin')
  @Put(':group')
  async update(@Req() request: FastifyRequest, @Param('group') id: string): Promise<object> {
    const group = await this.find(id);
    const { patch } = this.desk.readChange(UNIFIED_ACCESS_GROUP, readJsonObject(request.body), group);
    return this.row(await this.desk.change(authorityOf(request).actor, group, patch));
  }

  @Access('admin')
  @Delete(':group')
  @HttpCode(204)
  async delete(@Req() request: FastifyRequest, @Param('group') id: string): Promise<void> {
    await this.find(id);
    await this.desk.delete(authorityOf(request).actor, 'access_group', [id]);
  }

  private find(id: string): Promise<SpentEntry> {
    return this.directory.require('access_group', id, 'access_group_id');
  }

  private async row(group: SpentEntry): Promise<object> {
    const shown = await this.desk.row(UNIFIED_ACCESS_GROUP, group);
    const { litellm_budget_table: _table, budget_reset_at: _reset, spend: _spend, ...row } = shown;
    return {
      ...row,
      access_group_name: group.alias ?? group.id,
      ...{ access_mcp_server_ids: [], access_agent_ids: [], assigned_team_ids: [], assigned_key_ids: [] },
    };
  }
}

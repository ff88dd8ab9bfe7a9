import { Controller, Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import type { SpentEntry } from '@tollgate/contracts';
import { LiveConfig } from '@tollgate/config';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf } from '../../auth/authority.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { requiredName } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { ACCESS_GROUP } from './access-group-fields.js';

const named = z.object({ access_group: requiredName });

/** A list that is no page ends here. */
const MOST = 1_000;

/** Sets of models, in LiteLLM's shapes. */
@Controller('access_group')
export class AccessGroupsController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly live: LiveConfig,
  ) {}

  @Access('admin')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const body = readJsonObject(request.body);
    const { access_group: name } = parse(named, body);
    const { patch } = this.desk.readNew(ACCESS_GROUP, body);
    const { actor } = authorityOf(request);
    return this.changed(await this.desk.create(actor, 'access_group', name, { ...patch, alias: name }));
  }

  @Access('admin')
  @Put(':group/update')
  async update(@Req() request: FastifyRequest, @Param('group') name: string): Promise<object> {
    const group = await this.find(name);
    const { patch } = this.desk.readChange(ACCESS_GROUP, readJsonObject(request.body), group);
    return this.changed(await this.desk.change(authorityOf(request).actor, group, patch));
  }

  @Access('viewer')
  @Get('list')
  async list(): Promise<object> {
    const { items } = await this.desk.list('access_group', {}, { page: 1, size: MOST });
    return { access_groups: items.map((group) => this.row(group)) };
  }

  @Access('viewer')
  @Get(':group/info')
  async info(@Param('group') name: string): Promise<object> {
    return this.row(await this.find(name));
  }

  @Access('admin')
  @Delete(':group/delete')
  async delete(@Req() request: FastifyRequest, @Param('group') name: string): Promise<object> {
    const group = await this.find(name);
    await this.desk.delete(authorityOf(request).actor, 'access_group', [name]);
    return {
      access_group: name,
      models_updated: group.models.length,
      message: `Access group '${name}' deleted successfully`,
    };
  }

  private find(name: string): Promise<SpentEntry> {
    return this.directory.require('access_group', name, 'access_group');
  }

  private row({ id, models }: SpentEntry) {
    const deployments = this.live.current.deployments.filter(({ group }) => models.includes(group));
    return { access_group: id, model_names: models, deployment_count: deployments.length };
  }

  private changed(group: SpentEntry): object {
    const { deployment_count: updated, ...row } = this.row(group);
    return { ...row, models_updated: updated };
  }
}

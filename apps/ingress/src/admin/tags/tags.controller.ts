import { Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { GatewayError, type SpentEntry } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf } from '../../auth/authority.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { readQuery } from '../../http/read-query.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { requiredName } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { page, wholeNumber } from '../paging.js';
import { TAG } from './tag-fields.js';

const named = z.object({ name: requiredName });
const many = z.object({ names: z.array(z.string().min(1)).min(1, 'is empty').max(1_000) });
const listQuery = z.object({ page, page_size: wholeNumber(1_000).default(1_000) });

/** Tags of calls, in LiteLLM's shapes. */
@Controller('tag')
export class TagsController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
  ) {}

  @Access('admin')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const body = readJsonObject(request.body);
    const { name } = parse(named, body);
    const { patch } = this.desk.readNew(TAG, body);
    if ((await this.directory.find('tag', name)) !== undefined)
      throw new GatewayError('invalid_request', `Tag ${name} already exists`, { param: 'name' });
    const tag = await this.desk.create(authorityOf(request).actor, 'tag', name, patch);
    return { message: `Tag ${name} created successfully`, tag: await this.row(tag) };
  }

  @Access('admin')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const body = readJsonObject(request.body);
    const { name } = parse(named, body);
    const tag = await this.directory.require('tag', name, 'name');
    const { patch } = this.desk.readChange(TAG, body, tag);
    const changed = await this.desk.change(authorityOf(request).actor, tag, patch);
    return { message: `Tag ${name} updated successfully`, tag: await this.row(changed) };
  }

  /** By name; what there is not is missing. */
  @Access('viewer')
  @Post('info')
  @HttpCode(200)
  async info(@Req() request: FastifyRequest): Promise<object> {
    const { names } = parse(many, readJsonObject(request.body));
    const tags = [...(await this.directory.findAll('tag', names)).values()];
    const missing = names.filter((name) => !tags.some(({ id }) => id === name));
    if (missing.length === names.length)
      throw new GatewayError('not_found', `No tags found for the names: ${missing.join(', ')}`, {
        param: 'names',
      });
    const rows = await this.rows(tags);
    return Object.fromEntries(rows.map((row) => [String(row['name']), row]));
  }

  /** A thousand at most; the others by `page`. */
  @Access('viewer')
  @Get('list')
  async list(@Query() query: unknown): Promise<object[]> {
    const { page: number, page_size: size } = readQuery(listQuery, query);
    return this.rows((await this.desk.list('tag', {}, { page: number, size })).items);
  }

  @Access('admin')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<object> {
    const { name } = parse(named, readJsonObject(request.body));
    await this.directory.require('tag', name, 'name');
    await this.desk.delete(authorityOf(request).actor, 'tag', [name]);
    return { message: `Tag ${name} deleted successfully` };
  }

  private async rows(tags: readonly SpentEntry[]): Promise<Record<string, unknown>[]> {
    const rows = await this.desk.rows(TAG, tags);
    return rows.map((row, index) => ({ ...row, model_info: byOwnName(tags[index]?.models ?? []) }));
  }

  private async row(tag: SpentEntry): Promise<object> {
    const [row] = await this.rows([tag]);
    return row ?? {};
  }
}

/** LiteLLM's names of models by id; here they have one name. */
const byOwnName = (models: readonly string[]): Record<string, string> =>
  Object.fromEntries(models.map((model) => [model, model]));

import { Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import type { SpentEntry } from '@tollgate/contracts';
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
import { BUDGET, BUDGET_SETTINGS } from './budget-fields.js';

const named = z.object({ budget_id: requiredName });
const asked = z.object({ budgets: z.array(z.string().min(1)).min(1, 'is empty').max(1_000) });

/** A list that is no page ends here. */
const MOST = 1_000;

/** Budget tiers, in LiteLLM's shapes. */
@Controller('budget')
export class BudgetsController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
  ) {}

  @Access('admin')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const { patch, own } = this.desk.readNew(BUDGET, readJsonObject(request.body));
    return this.row(await this.desk.create(authorityOf(request).actor, 'budget', own['budget_id'], patch));
  }

  /** Whoever links to it has the new limits at once. */
  @Access('admin')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const body = readJsonObject(request.body);
    const tier = await this.find(parse(named, body).budget_id);
    const { patch } = this.desk.readChange(BUDGET, body, tier);
    return this.row(await this.desk.change(authorityOf(request).actor, tier, patch));
  }

  @Access('viewer')
  @Post('info')
  @HttpCode(200)
  async info(@Req() request: FastifyRequest): Promise<object[]> {
    const { budgets } = parse(asked, readJsonObject(request.body));
    return this.rows([...(await this.directory.findAll('budget', budgets)).values()]);
  }

  /** A thousand at most. */
  @Access('viewer')
  @Get('list')
  async list(): Promise<object[]> {
    return this.rows((await this.desk.list('budget', {}, { page: 1, size: MOST })).items);
  }

  @Access('viewer')
  @Get('settings')
  async settings(@Query() query: unknown): Promise<object[]> {
    const row = await this.row(await this.find(readQuery(named, query).budget_id));
    return BUDGET_SETTINGS.map(([field, type, description]) => ({
      ...{ field_name: field, field_type: type, field_description: description },
      ...{ field_value: row[field], stored_in_db: true, field_default_value: null },
    }));
  }

  @Access('admin')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<object> {
    const { id } = parse(z.object({ id: requiredName }), readJsonObject(request.body));
    const tier = await this.find(id);
    await this.desk.delete(authorityOf(request).actor, 'budget', [id]);
    return this.row(tier);
  }

  private find(id: string): Promise<SpentEntry> {
    return this.directory.require('budget', id, 'budget_id');
  }

  private async rows(tiers: readonly SpentEntry[]): Promise<Record<string, unknown>[]> {
    const rows = await this.desk.rows(BUDGET, tiers);
    // A tier is the table: it links to none and spends nothing itself.
    return rows.map(({ litellm_budget_table: _table, spend: _spend, ...row }) => row);
  }

  private async row(tier: SpentEntry): Promise<Record<string, unknown>> {
    const [row] = await this.rows([tier]);
    return row ?? {};
  }
}

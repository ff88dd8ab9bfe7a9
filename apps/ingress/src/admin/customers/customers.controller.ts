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
import { CUSTOMER } from './customer-fields.js';

const named = z.object({ user_id: requiredName });
const many = z.object({ user_ids: z.array(z.string().min(1)).min(1, 'is empty').max(1_000) });
const infoQuery = z.object({ end_user_id: requiredName });
const listQuery = z.object({
  page,
  page_size: wholeNumber(1_000).default(1_000),
  search: z.string().optional(),
});

type Fields = Readonly<Record<string, unknown>>;

/** Customers, whom calls name in `user`; LiteLLM has two names for them. */
@Controller(['customer', 'end_user'])
export class CustomersController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
  ) {}

  @Access('admin')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const body = readJsonObject(request.body);
    const { user_id: id } = parse(named, body);
    checkOneBudget(body);
    const { patch } = this.desk.readNew(CUSTOMER, body);
    if ((await this.directory.find('end_user', id)) !== undefined)
      throw new GatewayError(
        'invalid_request',
        `Customer already exists, passed user_id=${id}. Please pass a new user_id.`,
        { param: 'user_id' },
      );
    return this.row(await this.desk.create(authorityOf(request).actor, 'end_user', id, patch));
  }

  @Access('admin')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const body = readJsonObject(request.body);
    const customer = await this.find(parse(named, body).user_id, 'user_id');
    checkOneBudget(body);
    const { patch } = this.desk.readChange(CUSTOMER, body, customer);
    return this.row(await this.desk.change(authorityOf(request).actor, customer, patch));
  }

  @Access('admin')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<object> {
    const { user_ids: ids } = parse(many, readJsonObject(request.body));
    for (const id of ids) await this.find(id, 'user_ids');
    const { deleted } = await this.desk.delete(authorityOf(request).actor, 'end_user', ids);
    const message = `Successfully deleted customers with ids: [${deleted.map(({ id }) => `'${id}'`).join(', ')}]`;
    return { deleted_customers: deleted.length, message };
  }

  @Access('viewer')
  @Get('info')
  async info(@Query() query: unknown): Promise<object> {
    return this.row(await this.find(readQuery(infoQuery, query).end_user_id, 'end_user_id'));
  }

  /** A thousand at most; the others by `page`. */
  @Access('viewer')
  @Get('list')
  async list(@Query() query: unknown): Promise<object[]> {
    const { page: number, page_size: size, search } = readQuery(listQuery, query);
    const filter = search === undefined ? {} : { search };
    return this.desk.rows(CUSTOMER, (await this.desk.list('end_user', filter, { page: number, size })).items);
  }

  @Access('admin')
  @Post('block')
  @HttpCode(200)
  async block(@Req() request: FastifyRequest): Promise<object> {
    return { blocked_users: await this.setBlocked(request, true) };
  }

  @Access('admin')
  @Post('unblock')
  @HttpCode(200)
  async unblock(@Req() request: FastifyRequest): Promise<object> {
    return { blocked_users: await this.setBlocked(request, false) };
  }

  /** As in LiteLLM a customer that has never called can be blocked. */
  private async setBlocked(request: FastifyRequest, blocked: boolean): Promise<object[]> {
    const { actor } = authorityOf(request);
    const { user_ids: ids } = parse(many, readJsonObject(request.body));
    const known = await this.directory.findAll('end_user', ids);
    const changed: SpentEntry[] = [];
    for (const id of new Set(ids)) {
      const customer = known.get(id);
      changed.push(
        customer === undefined
          ? await this.desk.create(actor, 'end_user', id, { blocked })
          : await this.desk.change(actor, customer, { blocked }),
      );
    }
    return this.desk.rows(CUSTOMER, changed);
  }

  private find(id: string, param: string): Promise<SpentEntry> {
    return this.directory.require('end_user', id, param);
  }

  private row(customer: SpentEntry): Promise<Record<string, unknown>> {
    return this.desk.row(CUSTOMER, customer);
  }
}

function checkOneBudget(body: Fields): void {
  const isSet = (field: string): boolean => body[field] !== undefined && body[field] !== null;
  if (isSet('max_budget') && isSet('budget_id'))
    throw new GatewayError('invalid_request', "Set either 'max_budget' or 'budget_id', not both.", {
      param: 'budget_id',
    });
}

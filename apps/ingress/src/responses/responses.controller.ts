import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { GatewayError, type Principal } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { EarlierTurns } from './earlier-turns.js';
import { inputItemsPage, inputItemsQuery, type InputItemsPage } from './input-items-page.js';
import { saidIn } from './response-items.js';
import { ResponseRecords, type ResponseRecord } from './response-records.js';
import { ResponseWatch } from './response-watch.js';

/**
 * OpenAI's Responses, in front of any provider. What a provider that has responses of its own answers, it keeps itself; for all
 * others the gateway does.
 */
@Controller(['v1/responses', 'responses', 'openai/v1/responses'])
export class ResponsesController {
  constructor(
    private readonly calls: CallService,
    private readonly records: ResponseRecords,
    private readonly turns: EarlierTurns,
  ) {}

  @Access('key', 'openai-responses')
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { principal } = callerOf(request);
    const asked = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    request.body = await this.turns.resolve(asked, principal);
    const watch = new ResponseWatch(this.records, principal, asked);
    await this.calls.answer(request, reply, { dialect: 'openai-responses' }, [watch]);
  }

  @Access('key', 'openai-responses')
  @Get(':id')
  async retrieve(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Json> {
    return (await this.recordOf(callerOf(request).principal, id)).response;
  }

  @Access('key', 'openai-responses')
  @Delete(':id')
  async remove(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Json> {
    if (!(await this.records.drop(callerOf(request).principal, id))) throw notFound(id);
    return { id, object: 'response', deleted: true };
  }

  /** What the gateway keeps is whole: there is nothing to cancel. */
  @Access('key', 'openai-responses')
  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Req() request: FastifyRequest, @Param('id') id: string): Promise<never> {
    await this.recordOf(callerOf(request).principal, id);
    throw new GatewayError('invalid_request', 'Cannot cancel a synchronous response.');
  }

  @Access('key', 'openai-responses')
  @Get(':id/input_items')
  async inputItems(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<InputItemsPage> {
    const { principal } = callerOf(request);
    const page = readQuery(inputItemsQuery, query);
    const { input, previous } = await this.recordOf(principal, id);
    const before = previous === null ? [] : await this.records.turnsTo(principal, previous);
    return inputItemsPage([...before.flatMap(saidIn), ...input], id, page);
  }

  private async recordOf(owner: Principal, id: string): Promise<ResponseRecord> {
    const record = await this.records.find(owner, id);
    if (record === null) throw notFound(id);
    return record;
  }
}

const notFound = (id: string): GatewayError =>
  new GatewayError('not_found', `Response with id '${id}' not found.`);

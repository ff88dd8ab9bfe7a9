import { Controller, Delete, Get, Param, Post, Req, Res } from '@nestjs/common';
import { GatewayError, type Principal } from '@tollgate/contracts';
import { isOwnResponseId } from '@tollgate/dialects';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { readCallRequest } from '../calls/call-request.js';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { EarlierTurns } from './earlier-turns.js';
import { inputItemsPage, inputItemsQuery } from './input-items-page.js';
import { ProviderResponses, responseNotFound } from './provider-responses.js';
import { saidIn } from './response-items.js';
import { ResponseRecords, type ResponseRecord } from './response-records.js';
import { ResponseWatch } from './response-watch.js';

const DOOR = { dialect: 'openai-responses' } as const;

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
    private readonly provided: ProviderResponses,
  ) {}

  @Access('key', 'openai-responses')
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { principal } = callerOf(request);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const resolved = await this.turns.resolve(body, principal);
    const read = readCallRequest(resolved.body, DOOR, request.headers['content-type']);
    const { deploymentId } = resolved;
    const asked = deploymentId === undefined ? read : { ...read, deploymentId };
    const watch = new ResponseWatch(this.records, principal, { body, model: read.model });
    await this.calls.take(request, reply, { asked, stages: [watch] });
  }

  @Access('key', 'openai-responses')
  @Get(':id')
  async retrieve(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<void> {
    if (!isOwnResponseId(id)) return this.provided.ask(request, reply, { id });
    reply.send((await this.recordOf(callerOf(request).principal, id)).response);
  }

  @Access('key', 'openai-responses')
  @Delete(':id')
  async remove(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<void> {
    if (!isOwnResponseId(id)) return this.provided.ask(request, reply, { id });
    if (!(await this.records.drop(callerOf(request).principal, id))) throw responseNotFound(id);
    reply.send({ id, object: 'response', deleted: true });
  }

  /** What the gateway keeps is whole: there is nothing to cancel. */
  @Access('key', 'openai-responses')
  @Post(':id/cancel')
  async cancel(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<void> {
    if (!isOwnResponseId(id)) return this.provided.ask(request, reply, { id, part: '/cancel' });
    await this.recordOf(callerOf(request).principal, id);
    throw new GatewayError('invalid_request', 'Cannot cancel a synchronous response.');
  }

  @Access('key', 'openai-responses')
  @Get(':id/input_items')
  async inputItems(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<void> {
    if (!isOwnResponseId(id)) return this.provided.ask(request, reply, { id, part: '/input_items' });
    const { principal } = callerOf(request);
    const page = readQuery(inputItemsQuery, request.query);
    const { input, previous } = await this.recordOf(principal, id);
    const before = previous === null ? [] : await this.records.turnsTo(principal, previous);
    reply.send(inputItemsPage([...before.flatMap(saidIn), ...input], id, page));
  }

  private async recordOf(owner: Principal, id: string): Promise<ResponseRecord> {
    const record = await this.records.find(owner, id);
    if (record === null) throw responseNotFound(id);
    return record;
  }
}

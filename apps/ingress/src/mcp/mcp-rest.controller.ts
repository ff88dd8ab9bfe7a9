import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parse } from '../admin/fields/read-record.js';
import { CallTracker } from '../calls/call-tracker.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { readQuery } from '../http/read-query.js';
import { callHeaders } from './call-headers.js';
import { McpLists } from './mcp-lists.js';
import { McpVisits } from './mcp-visits.js';
import { McpService } from './mcp.service.js';
import { INVALID_PARAMS } from './rpc-errors.js';
import { costHeader, responseOf, watchClient } from './tool-answer.js';

const toolCall = z.looseObject({
  name: z.string('is required: the name of a tool'),
  arguments: z.record(z.string(), z.unknown()).nullish(),
  server_id: z.string().nullish(),
});

/** LiteLLM's way to tools without MCP. */
@Controller('mcp-rest/tools')
export class McpRestController {
  constructor(
    private readonly visits: McpVisits,
    private readonly lists: McpLists,
    private readonly service: McpService,
    private readonly tracker: CallTracker,
  ) {}

  /** Under the servers' own names for them. */
  @Access('key')
  @Get('list')
  async list(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const { server_id: server } = readQuery(z.object({ server_id: z.string().optional() }), query);
    const lists = await this.lists.ofEach(await this.visits.of(request, server), 'tools/list');
    const failed = lists.filter(({ error }) => error !== null);
    const reasons = failed.map(({ permitted, error }) => `${permitted.server.name}: ${error?.message ?? ''}`);
    return {
      tools: lists.flatMap(({ permitted, items }) =>
        items.map((item) => ({ ...item, mcp_info: permitted.server.info })),
      ),
      error: failed.length === 0 ? null : 'partial_failure',
      message: failed.length === 0 ? 'Successfully retrieved tools' : reasons.join('; '),
    };
  }

  @Access('key')
  @Post('call')
  @HttpCode(200)
  async call(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = parse(toolCall, readJsonObject(request.body));
    const visit = await this.visits.of(request, wanted.server_id ?? undefined);
    this.tracker.started();
    try {
      const params = { name: wanted.name, arguments: wanted.arguments ?? {} };
      const call = await this.service.callTool(visit, {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params,
      });
      watchClient(reply, call);
      const answer = await responseOf(call);
      const { result, error } = answer.response;
      if (error !== undefined) throw refused(error);
      await reply.headers({ ...call.headers, ...callHeaders(request), ...costHeader(answer) }).send(result);
    } finally {
      this.tracker.finished();
    }
  }
}

const refused = ({ code, message }: { readonly code: number; readonly message: string }): GatewayError =>
  new GatewayError(code === INVALID_PARAMS ? 'invalid_request' : 'upstream_error', message);

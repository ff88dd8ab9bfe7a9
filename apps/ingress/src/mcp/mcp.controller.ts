import { randomUUID } from 'node:crypto';
import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { rpcMessage, toGatewayError, type RpcMessage } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallTracker } from '../calls/call-tracker.js';
import { requestFailed } from '../events.js';
import { Access } from '../http/access.decorator.js';
import { callHeaders } from './call-headers.js';
import { McpVisits } from './mcp-visits.js';
import { McpService, PROTOCOL_VERSIONS } from './mcp.service.js';
import { OpenToolCalls } from './open-tool-calls.js';
import { INVALID_REQUEST, PARSE_ERROR, errorResponse, rejection } from './rpc-errors.js';
import { costHeader, responseOf, streamToolAnswer, watchClient } from './tool-answer.js';

/**
 * MCP over streamable HTTP. Nothing is kept of a session: each request stands alone, so that any replica answers it. What the gateway refuses is told
 * as JSON-RPC does, and only what is no request as HTTP does.
 */
@Controller()
export class McpController {
  constructor(
    private readonly visits: McpVisits,
    private readonly service: McpService,
    private readonly calls: OpenToolCalls,
    private readonly tracker: CallTracker,
  ) {}

  @Access('key')
  @Post('mcp')
  @HttpCode(200)
  all(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.serve(request, reply);
  }

  /** Some servers alone, or those of some groups; separated by commas. */
  @Access('key')
  @Post(['mcp/:servers', ':servers/mcp'])
  @HttpCode(200)
  some(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('servers') servers: string,
  ): Promise<void> {
    return this.serve(request, reply, servers);
  }

  private async serve(request: FastifyRequest, reply: FastifyReply, servers?: string): Promise<void> {
    const visit = await this.visits.of(request, servers);
    const message = readMessage(request);
    if ('rejection' in message) {
      await reply.code(400).send(message.rejection);
      return;
    }
    const { id, method } = message;
    if (method === undefined || id === undefined || id === null) {
      this.calls.notified(request, message);
      await reply.code(202).send();
      return;
    }
    this.tracker.started();
    try {
      const answer = await this.service.answer(visit, message);
      // For the client's own sake: nothing is kept of a session, and any id is one.
      if (method === 'initialize') void reply.header('mcp-session-id', randomUUID());
      if ('response' in answer) await reply.headers(callHeaders(request)).send(answer.response);
      else await this.sendTool(request, reply, { call: answer.call, message });
    } catch (cause) {
      const error = toGatewayError(cause);
      requestFailed(error, request.call?.id ?? null);
      if (reply.raw.destroyed) reply.hijack();
      else await reply.headers(callHeaders(request)).send(errorResponse(id, error));
    } finally {
      this.tracker.finished();
    }
  }

  private async sendTool(
    request: FastifyRequest,
    reply: FastifyReply,
    { call, message }: CalledTool,
  ): Promise<void> {
    const headers = { ...call.headers, ...callHeaders(request) };
    const forget = this.calls.add(request, message, call.cancel);
    try {
      if (request.headers.accept?.includes('text/event-stream') === true) {
        await streamToolAnswer(reply, call, { message, headers });
        return;
      }
      watchClient(reply, call);
      const answer = await responseOf(call);
      await reply.headers({ ...headers, ...costHeader(answer) }).send(answer.response);
    } finally {
      forget();
    }
  }
}

interface CalledTool {
  readonly call: Parameters<typeof streamToolAnswer>[1];
  readonly message: RpcMessage;
}

function readMessage({ body, headers }: FastifyRequest): RpcMessage | { readonly rejection: object } {
  const version = headers['mcp-protocol-version'];
  if (version !== undefined && !PROTOCOL_VERSIONS.includes(String(version)))
    return {
      rejection: rejection(
        INVALID_REQUEST,
        `MCP-Protocol-Version must be one of ${PROTOCOL_VERSIONS.join(', ')}`,
      ),
    };
  let value: unknown;
  try {
    value = JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
  } catch {
    return { rejection: rejection(PARSE_ERROR, 'The body is not valid JSON') };
  }
  const parsed = rpcMessage.safeParse(value);
  return parsed.success
    ? parsed.data
    : { rejection: rejection(INVALID_REQUEST, 'The body must be one message of JSON-RPC 2.0') };
}

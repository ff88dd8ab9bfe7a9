import { Injectable } from '@nestjs/common';
import {
  GatewayError,
  completionTokens,
  promptTokens,
  type Principal,
  type ResponseEnd,
} from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { NOTHING, type AnswerStage } from '../calls/answer-stages.js';
import type { CallRequest } from '../calls/call-request.js';
import { CallService } from '../calls/call.service.js';
import { ResponseRecords, type ResponseKeeper } from './response-records.js';

/** What is asked of a response. */
export interface ResponseQuestion {
  readonly id: string;
  /** Below the response: `/cancel`. */
  readonly part?: string;
}

/** Responses that their providers keep: what is asked of one goes to the deployment that has it, and comes back as it is told. */
@Injectable()
export class ProviderResponses {
  constructor(
    private readonly calls: CallService,
    private readonly records: ResponseRecords,
  ) {}

  /** Throws `not_found` for one that this caller did not get. */
  async ask(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, part = '' }: ResponseQuestion,
  ): Promise<void> {
    const { principal } = callerOf(request);
    const keeper = await this.records.keeperOf(principal, id);
    if (keeper === null) throw responseNotFound(id);
    const query = request.url.split('?', 2)[1];
    const path = `/${encodeURIComponent(id)}${part}${query === undefined ? '' : `?${query}`}`;
    const question = questionOf(request, keeper, path);
    if (request.method === 'GET' && part === '' && (await this.records.takeUnbilled(principal, id)))
      await this.billed(request, reply, { id, principal, question });
    else await this.calls.take(request, reply, { asked: question });
    // What its provider still has is still its owner's.
    if (request.method === 'DELETE' && isGood(reply.raw.statusCode)) await this.records.disown(principal, id);
  }

  /** The answer tells what a response cost that went on in the background; if that goes on still, the next one may. */
  private async billed(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, principal, question }: UnbilledQuestion,
  ): Promise<void> {
    const watch = new BillWatch();
    try {
      const asked: CallRequest = { ...question, dialect: 'openai-responses' };
      await this.calls.take(request, reply, { asked, stages: [watch] });
    } finally {
      if (!watch.isBilled) await this.records.noteUnbilled(principal, id);
    }
  }
}

/** Whether an answer told of tokens: there are none while a response goes on. */
class BillWatch implements AnswerStage {
  isBilled = false;

  see(data: Uint8Array): Uint8Array {
    return data;
  }

  end({ usage }: ResponseEnd): Uint8Array {
    this.isBilled = usage !== null && promptTokens(usage) + completionTokens(usage) > 0;
    return NOTHING;
  }
}

interface UnbilledQuestion {
  readonly id: string;
  readonly principal: Principal;
  readonly question: CallRequest;
}

function questionOf(
  { method, body, headers, query }: FastifyRequest,
  { provider, deploymentId, model }: ResponseKeeper,
  path: string,
): CallRequest {
  const contentType = headers['content-type'];
  return {
    dialect: 'native',
    native: { provider, method, path, endpoint: 'openai-responses' },
    ...{ deploymentId, model, body: {}, endUser: null, includeUsage: true },
    bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    ...(contentType !== undefined && { contentType }),
    stream: (query as Record<string, unknown>)['stream'] === 'true',
  };
}

const isGood = (status: number): boolean => status >= 200 && status < 300;

export const responseNotFound = (id: string): GatewayError =>
  new GatewayError('not_found', `Response with id '${id}' not found.`);

import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '../calls/call-request.js';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';
import { countTokens } from './token-counts.js';

/** What stands behind the colon of a path. */
const ACTIONS: Readonly<Record<string, Door>> = {
  generateContent: { dialect: 'gemini-content', stream: false },
  streamGenerateContent: { dialect: 'gemini-content', stream: true },
  countTokens: { dialect: 'gemini-count-tokens' },
  embedContent: { dialect: 'gemini-embed' },
  batchEmbedContents: { dialect: 'gemini-batch-embed' },
};

/** Google's endpoints, at the paths of both versions of its SDK. Model names may hold slashes. */
@Controller()
export class GeminiController {
  constructor(private readonly calls: CallService) {}

  @Access('key', 'gemini-content')
  @Post(['v1beta/models/*', 'v1/models/*', 'models/*', 'v1beta/tunedModels/*'])
  call(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('*') target: string,
  ): Promise<void> {
    const colon = target.lastIndexOf(':');
    const action = target.slice(colon + 1);
    const door = colon > 0 && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (door === undefined)
      throw new GatewayError(
        'not_found',
        `There is no such method. Use models/{model}:method with one of ${Object.keys(ACTIONS).join(', ')}.`,
      );
    const isArray = door.stream === true && (request.query as { readonly alt?: unknown }).alt !== 'sse';
    const named = { ...door, pathModel: target.slice(0, colon), isArray };
    return door.dialect === 'gemini-count-tokens'
      ? countTokens(this.calls, { request, reply }, named)
      : this.calls.answer(request, reply, named);
  }
}

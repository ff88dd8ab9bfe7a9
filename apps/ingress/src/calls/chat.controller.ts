import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { CallService } from './call.service.js';

/** Chat completions, at the paths that OpenAI's and Azure's SDKs call (`/v1/v1`: a base URL that has it already). */
@Controller()
export class ChatController {
  constructor(private readonly calls: CallService) {}

  @Access('key')
  @Post(['v1/chat/completions', 'chat/completions', 'v1/v1/chat/completions'])
  chat(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.calls.chat(request, reply, { dialect: 'openai-chat' });
  }

  @Access('key')
  @Post([
    'openai/deployments/:model/chat/completions',
    'engines/:model/chat/completions',
    'v1/engines/:model/chat/completions',
  ])
  chatOfModel(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('model') model: string,
  ): Promise<void> {
    return this.calls.chat(request, reply, { dialect: 'openai-chat', pathModel: model });
  }
}

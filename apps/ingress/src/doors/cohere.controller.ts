import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';

/** Cohere's endpoints of its second version; rerank is called in its words by everybody. */
@Controller()
export class CohereController {
  constructor(private readonly calls: CallService) {}

  @Access('key', 'cohere-chat')
  @Post('v2/chat')
  chat(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'cohere-chat' });
  }

  @Access('key', 'cohere-embed')
  @Post('v2/embed')
  embed(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'cohere-embed' });
  }

  @Access('key', 'cohere-rerank')
  @Post(['v2/rerank', 'v1/rerank', 'rerank'])
  rerank(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'cohere-rerank' });
  }
}

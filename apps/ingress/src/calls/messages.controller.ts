import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { CallService } from './call.service.js';

/** Anthropic messages, at the paths that its SDK and its pass-through users call (`/v1/v1`: a base URL that has it already). */
@Controller()
export class MessagesController {
  constructor(private readonly calls: CallService) {}

  @Access('key', 'anthropic-messages')
  @Post(['v1/messages', 'v1/v1/messages', 'anthropic/v1/messages'])
  messages(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.calls.chat(request, reply, { dialect: 'anthropic-messages' });
  }
}

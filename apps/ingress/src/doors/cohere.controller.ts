import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallService } from '../calls/call.service.js';
import { CallDoor } from '../http/call-door.decorator.js';

/** Cohere's endpoints of its second version; rerank is called in its words by everybody. */
@Controller()
export class CohereController {
  constructor(private readonly calls: CallService) {}

  @CallDoor('cohere-chat', 'v2/chat')
  chat(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'cohere-chat' });
  }

  @CallDoor('cohere-embed', 'v2/embed')
  embed(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'cohere-embed' });
  }

  @CallDoor('cohere-rerank', ['v2/rerank', 'v1/rerank', 'rerank'])
  rerank(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'cohere-rerank' });
  }
}

import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallService } from '../calls/call.service.js';
import { CallDoor } from '../http/call-door.decorator.js';
import { countTokens } from './token-counts.js';

/** Anthropic messages, at the paths that its SDK and its pass-through users call (`/v1/v1`: a base URL that has it already). */
@Controller()
export class AnthropicController {
  constructor(private readonly calls: CallService) {}

  @CallDoor('anthropic-messages', ['v1/messages', 'v1/v1/messages', 'anthropic/v1/messages'])
  messages(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'anthropic-messages' });
  }

  @CallDoor('anthropic-messages', [
    'v1/messages/count_tokens',
    'v1/v1/messages/count_tokens',
    'anthropic/v1/messages/count_tokens',
  ])
  countTokens(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return countTokens(this.calls, { request, reply }, { dialect: 'anthropic-count-tokens' });
  }
}

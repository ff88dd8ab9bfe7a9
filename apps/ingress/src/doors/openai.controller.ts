import { Controller } from '@nestjs/common';
import type { Dialect } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallService } from '../calls/call.service.js';
import { CallDoor } from '../http/call-door.decorator.js';

/** The paths at which OpenAI's SDK calls an endpoint, with and without `/v1` (`/v1/v1`: a base URL that has it already). */
const at = (path: string): string[] => [`v1/${path}`, path, `v1/v1/${path}`];

/** The paths at which Azure's SDK calls it, and OpenAI's of old: the model is in the path. */
const atModel = (path: string): string[] => [
  `openai/deployments/:model/${path}`,
  `engines/:model/${path}`,
  `v1/engines/:model/${path}`,
];

/** OpenAI's endpoints that answer for a model. */
@Controller()
export class OpenAiController {
  constructor(private readonly calls: CallService) {}

  @CallDoor('openai-chat', [...at('chat/completions'), ...atModel('chat/completions')])
  chat(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-chat', request, reply);
  }

  @CallDoor('openai-chat', [...at('completions'), ...atModel('completions')])
  completions(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-completions', request, reply);
  }

  @CallDoor('openai-chat', [...at('embeddings'), ...atModel('embeddings')])
  embeddings(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-embeddings', request, reply);
  }

  @CallDoor('openai-chat', at('moderations'))
  moderations(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-moderations', request, reply);
  }

  @CallDoor('openai-chat', [...at('images/generations'), ...atModel('images/generations')])
  images(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-images', request, reply);
  }

  @CallDoor('openai-chat', [...at('images/edits'), ...atModel('images/edits')])
  imageEdits(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-image-edits', request, reply);
  }

  @CallDoor('openai-chat', [...at('images/variations'), ...atModel('images/variations')])
  imageVariations(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-image-variations', request, reply);
  }

  @CallDoor('openai-chat', [...at('audio/speech'), ...atModel('audio/speech')])
  speech(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-speech', request, reply);
  }

  @CallDoor('openai-chat', [...at('audio/transcriptions'), ...atModel('audio/transcriptions')])
  transcriptions(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-transcriptions', request, reply);
  }

  @CallDoor('openai-chat', [...at('audio/translations'), ...atModel('audio/translations')])
  translations(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.answer('openai-translations', request, reply);
  }

  private answer(dialect: Dialect, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { model } = request.params as { readonly model?: string };
    return this.calls.answer(request, reply, { dialect, pathModel: model });
  }
}

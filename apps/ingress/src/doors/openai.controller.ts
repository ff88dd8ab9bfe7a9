import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { Dialect } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';

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

  @Access('key')
  @Post([...at('chat/completions'), ...atModel('chat/completions')])
  chat(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-chat', request, reply, model);
  }

  @Access('key')
  @Post([...at('completions'), ...atModel('completions')])
  completions(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-completions', request, reply, model);
  }

  @Access('key')
  @Post([...at('embeddings'), ...atModel('embeddings')])
  embeddings(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-embeddings', request, reply, model);
  }

  @Access('key')
  @Post(at('moderations'))
  moderations(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.answer('openai-moderations', request, reply);
  }

  @Access('key')
  @Post([...at('images/generations'), ...atModel('images/generations')])
  images(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-images', request, reply, model);
  }

  @Access('key')
  @Post([...at('images/edits'), ...atModel('images/edits')])
  imageEdits(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-image-edits', request, reply, model);
  }

  @Access('key')
  @Post([...at('images/variations'), ...atModel('images/variations')])
  imageVariations(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('model') model?: string,
  ) {
    return this.answer('openai-image-variations', request, reply, model);
  }

  @Access('key')
  @Post([...at('audio/speech'), ...atModel('audio/speech')])
  speech(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-speech', request, reply, model);
  }

  @Access('key')
  @Post([...at('audio/transcriptions'), ...atModel('audio/transcriptions')])
  transcriptions(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-transcriptions', request, reply, model);
  }

  @Access('key')
  @Post([...at('audio/translations'), ...atModel('audio/translations')])
  translations(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string) {
    return this.answer('openai-translations', request, reply, model);
  }

  private answer(
    dialect: Dialect,
    request: FastifyRequest,
    reply: FastifyReply,
    pathModel?: string,
  ): Promise<void> {
    return this.calls.answer(request, reply, { dialect, pathModel });
  }
}

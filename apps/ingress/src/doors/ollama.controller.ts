import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';
import { wordOf } from '@tollgate/dialects';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';
import { CallDoor } from '../http/call-door.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { ModelNames } from '../models/model-names.js';
import { VERSION } from '../version.js';
import { ollamaModel, ollamaTags } from './ollama-models.js';

/** Ollama's own API, for its clients. Models are not pulled, made or deleted here. */
@Controller('api')
export class OllamaController {
  constructor(
    private readonly calls: CallService,
    private readonly names: ModelNames,
  ) {}

  @CallDoor('ollama-chat', 'chat')
  chat(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'ollama-chat' });
  }

  @CallDoor('ollama-chat', 'generate')
  generate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'ollama-generate' });
  }

  @CallDoor('ollama-chat', 'embed')
  embed(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.calls.answer(request, reply, { dialect: 'ollama-embed' });
  }

  @Access('any', 'ollama-chat')
  @Get('tags')
  tags(@Req() request: FastifyRequest): object {
    return ollamaTags(this.names.visibleTo(callerOf(request).principal.models));
  }

  @Access('any', 'ollama-chat')
  @Post('show')
  @HttpCode(200)
  show(@Req() request: FastifyRequest): object {
    const body = readJsonObject(request.body);
    const name = body['model'] ?? body['name'];
    const { models } = callerOf(request).principal;
    if (typeof name !== 'string' || !this.names.isCallable(name, models))
      throw new GatewayError('not_found', `model '${wordOf(name)}' not found`, { param: 'model' });
    return ollamaModel(name);
  }

  @Access('public', 'ollama-chat')
  @Get('version')
  version(): object {
    return { version: VERSION };
  }
}

import { Controller, Get, Param, Req } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { Access } from '../http/access.decorator.js';
import {
  anthropicList,
  anthropicModel,
  geminiList,
  geminiModel,
  openAiList,
  openAiModel,
} from './model-lists.js';
import { ModelNames } from './model-names.js';

/** What the caller's SDK expects: told by the headers that only it sends. */
const SHAPES = {
  openai: { list: openAiList, one: openAiModel },
  anthropic: { list: anthropicList, one: anthropicModel },
  gemini: { list: geminiList, one: geminiModel },
} as const;

function shapeOf({ headers }: FastifyRequest): (typeof SHAPES)[keyof typeof SHAPES] {
  if (headers['anthropic-version'] !== undefined) return SHAPES.anthropic;
  return headers['x-goog-api-key'] === undefined ? SHAPES.openai : SHAPES.gemini;
}

/** The models that a key may call, in the shape its SDK reads. */
@Controller()
export class ModelsController {
  constructor(private readonly names: ModelNames) {}

  @Access('any')
  @Get(['v1/models', 'models', 'v1/v1/models', 'v1beta/models'])
  list(@Req() request: FastifyRequest): object {
    const { models } = callerOf(request).principal;
    return shapeOf(request).list(this.names.visibleTo(models));
  }

  /** Names may hold slashes. */
  @Access('any')
  @Get(['v1/models/*', 'models/*', 'v1beta/models/*'])
  one(@Req() request: FastifyRequest, @Param('*') name: string): object {
    const { models } = callerOf(request).principal;
    if (!this.names.isCallable(name, models))
      throw new GatewayError('not_found', `The model '${name}' does not exist or this key may not call it.`, {
        param: 'model',
      });
    return shapeOf(request).one(name);
  }
}

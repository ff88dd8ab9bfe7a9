import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import type { Dialect } from '@tollgate/contracts';
import { estimateRequestTokens } from '@tollgate/dialects';
import type { FastifyRequest } from 'fastify';
import { invalid } from '../calls/request-fields.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';

/** What may be counted, by LiteLLM's names, and the dialect that has it so. */
const COUNTED: readonly (readonly [field: string, dialect: Dialect])[] = [
  ['messages', 'openai-chat'],
  ['contents', 'gemini-content'],
  ['prompt', 'openai-completions'],
];

/** Small helps for those who write clients. */
@Controller('utils')
export class UtilsController {
  constructor(private readonly config: LiveConfig) {}

  /** Tokens of a prompt, by its length: within a tenth or two of what providers count. */
  @Access('any')
  @Post('token_counter')
  @HttpCode(200)
  countTokens(@Req() request: FastifyRequest): object {
    const body = readJsonObject(request.body);
    const { model } = body;
    if (typeof model !== 'string' || model === '')
      throw invalid('model', "'model' is required: the name of a model, a string");
    const counted = COUNTED.find(([field]) => body[field] !== undefined && body[field] !== null);
    if (counted === undefined)
      throw invalid('prompt', "One of 'prompt', 'messages' and 'contents' is required");
    const [, dialect] = counted;
    return {
      total_tokens: estimateRequestTokens(body, dialect),
      request_model: model,
      model_used: this.modelOf(model),
      tokenizer_type: 'estimate',
    };
  }

  /** The provider's name of the first deployment that the name reaches. */
  private modelOf(name: string): string {
    return this.config.current.deployments.find(({ group }) => group === name)?.model ?? name;
  }
}

import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import type { Dialect } from '@tollgate/contracts';
import { estimateRequestTokens } from '@tollgate/dialects';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/caller.js';
import { readCallRequest } from '../calls/call-request.js';
import { invalid } from '../calls/request-fields.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { readQuery } from '../http/read-query.js';
import { CallPreviews } from './call-previews.js';

const SUPPORTED_QUERY = z.object({ model: z.string({ error: 'is required: the name of a model' }).min(1) });

/** What may be counted, by LiteLLM's names, and the dialect that has it so. */
const COUNTED: readonly (readonly [field: string, dialect: Dialect])[] = [
  ['messages', 'openai-chat'],
  ['contents', 'gemini-content'],
  ['prompt', 'openai-completions'],
];

/** LiteLLM's names of kinds of calls that can be shown; those of its asynchronous twins begin with an `a`. */
const SHOWN: ReadonlyMap<string, Dialect> = new Map([
  ['completion', 'openai-chat'],
  ['text_completion', 'openai-completions'],
  ['responses', 'openai-responses'],
  ['embedding', 'openai-embeddings'],
  ['moderation', 'openai-moderations'],
  ['image_generation', 'openai-images'],
  ['speech', 'openai-speech'],
  ['rerank', 'cohere-rerank'],
  ['anthropic_messages', 'anthropic-messages'],
]);

/** What is shown travels in one message. */
const LONGEST_SHOWN = 256 * 1024;

/** Small helps for those who write clients. */
@Controller('utils')
export class UtilsController {
  constructor(
    private readonly config: LiveConfig,
    private readonly previews: CallPreviews,
  ) {}

  /** What the provider of a call would be asked, credentials left out; nothing is asked of it. */
  @Access('any')
  @Post('transform_request')
  @HttpCode(200)
  async transformRequest(@Req() request: FastifyRequest): Promise<object> {
    const { call_type: kind, request_body: body } = readJsonObject(request.body);
    const dialect = typeof kind === 'string' ? SHOWN.get(kind.replace(/^a(?!nthropic)/, '')) : undefined;
    if (dialect === undefined)
      throw invalid('call_type', `'call_type' must be one of ${[...SHOWN.keys()].join(', ')}`);
    if (typeof body !== 'object' || body === null)
      throw invalid('request_body', "'request_body' must be the body of a call, an object");
    const bytes = Buffer.from(JSON.stringify(body));
    if (bytes.length > LONGEST_SHOWN)
      throw invalid('request_body', `'request_body' must have at most ${LONGEST_SHOWN} bytes to be shown`);
    const asked = readCallRequest(bytes, { dialect });
    const shown = await this.previews.requestOf(asked, callerOf(request));
    return {
      raw_request_api_base: shown.url,
      raw_request_body: jsonOrText(shown.body),
      raw_request_headers: shown.headers,
    };
  }

  /** OpenAI's parameters of chat that the first deployment of a name takes or has translated. */
  @Access('any')
  @Get('supported_openai_params')
  async supportedParameters(@Req() request: FastifyRequest): Promise<object> {
    const { model } = readQuery(SUPPORTED_QUERY, request.query);
    return { supported_openai_params: await this.previews.parametersOf(model, callerOf(request)) };
  }

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

/** Forms are no JSON. */
function jsonOrText(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

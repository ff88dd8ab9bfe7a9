import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { LiveConfig, NameIndex, type NamedDeployment } from '@tollgate/config';
import { GatewayError, NO_USAGE, type Usage } from '@tollgate/contracts';
import { priceUsage } from '@tollgate/pricing';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parse } from '../admin/fields/read-record.js';
import { toDollars } from '../dollars.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';

const count = z.number().int().nonnegative();

const usageOfAnswer = z.object({
  prompt_tokens: count.default(0),
  completion_tokens: count.default(0),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
});

const calculation = z.object({
  model: z.string().optional(),
  messages: z
    .array(z.object({ content: z.unknown() }))
    .max(10_000)
    .optional(),
  completion_response: z.object({ model: z.string(), usage: usageOfAnswer }).optional(),
});

const estimate = z.object({
  model: z.string(),
  input_tokens: count,
  output_tokens: count,
  num_requests_per_day: count.nullish(),
  num_requests_per_month: count.nullish(),
});

/** What calls would cost, without making them. */
@Controller()
export class CostController {
  private names: NameIndex<NamedDeployment | undefined> | undefined;

  constructor(@Inject(LiveConfig) private readonly config: LiveConfig) {
    config.follow(() => (this.names = undefined));
  }

  /** Of messages: their input alone, at four characters a token. */
  @Access('any')
  @Post('spend/calculate')
  @HttpCode(200)
  calculate(@Req() request: FastifyRequest): { cost: number } {
    const { model, messages, completion_response: answer } = parse(calculation, readJsonObject(request.body));
    if (answer !== undefined) return { cost: this.costOf(answer.model, usageOf(answer.usage)) };
    if (model === undefined || messages === undefined)
      throw invalid(
        'model',
        "Bad Request - Either 'completion_response' or 'model' and 'messages' must be provided",
      );
    const characters = messages.reduce((sum, { content }) => sum + lengthOf(content), 0);
    return { cost: this.costOf(model, { ...NO_USAGE, input: Math.ceil(characters / 4) }) };
  }

  @Access('any')
  @Post(['spend/estimate', 'cost/estimate'])
  @HttpCode(200)
  estimate(@Req() request: FastifyRequest): object {
    const asked = parse(estimate, readJsonObject(request.body));
    const input = this.costOf(asked.model, { ...NO_USAGE, input: asked.input_tokens });
    const output = this.costOf(asked.model, { ...NO_USAGE, output: asked.output_tokens });
    const cost = this.costOf(asked.model, {
      ...NO_USAGE,
      ...{ input: asked.input_tokens, output: asked.output_tokens },
    });
    const times = (requests: number | null | undefined): number | null =>
      requests === null || requests === undefined ? null : cost * requests;
    return {
      ...{ model: asked.model, input_tokens: asked.input_tokens, output_tokens: asked.output_tokens },
      num_requests_per_day: asked.num_requests_per_day ?? null,
      num_requests_per_month: asked.num_requests_per_month ?? null,
      cost_per_request: cost,
      input_cost_per_request: input,
      output_cost_per_request: output,
      daily_cost: times(asked.num_requests_per_day),
      monthly_cost: times(asked.num_requests_per_month),
      provider: this.deploymentOf(asked.model)?.provider ?? null,
    };
  }

  /** Dollars, by the first deployment of the name, else by the catalogue. */
  private costOf(model: string, usage: Usage): number {
    const at = Date.now();
    const named = this.deploymentOf(model);
    const [provider, rest] = splitOnce(model);
    const nanos =
      (named === undefined ? null : priceOf(named, usage, at)) ??
      priceUsage(usage, { provider, model: rest, baseModel: null, overrides: {}, at });
    if (nanos === null) throw invalid('model', `No price is known for model=${model}`);
    return toDollars(nanos);
  }

  private deploymentOf(model: string): NamedDeployment | undefined {
    this.names ??= new NameIndex(this.config.current, ({ members }) => members[0]);
    return this.names.resolve(model);
  }
}

const priceOf = (
  { provider, upstreamModel: model, deployment: { baseModel, prices: overrides } }: NamedDeployment,
  usage: Usage,
  at: number,
): number | null => priceUsage(usage, { provider, model, baseModel, overrides, at });

function usageOf(usage: z.infer<typeof usageOfAnswer>): Usage {
  const cacheRead = Math.min(usage.prompt_tokens, usage.prompt_tokens_details?.cached_tokens ?? 0);
  const reasoning = Math.min(usage.completion_tokens, usage.completion_tokens_details?.reasoning_tokens ?? 0);
  return {
    ...NO_USAGE,
    input: usage.prompt_tokens - cacheRead,
    cacheRead,
    output: usage.completion_tokens - reasoning,
    reasoning,
  };
}

const lengthOf = (content: unknown): number =>
  typeof content === 'string' ? content.length : JSON.stringify(content ?? '').length;

/** `openai/gpt-4o` apart; a bare name is its own provider's in the catalogue. */
function splitOnce(model: string): [string, string] {
  const slash = model.indexOf('/');
  return slash < 0 ? ['openai', model] : [model.slice(0, slash), model.slice(slash + 1)];
}

const invalid = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param });

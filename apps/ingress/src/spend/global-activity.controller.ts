import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import type { SpendDimension, SpendMetrics, SpendReportRow } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { rowsOrCsv } from './csv.js';
import { requiredTimes } from './dates.js';
import { reportRows } from './report-rows.js';
import { grouped, summed } from './spend-metrics.js';

const MOST = 10_000;
/** LiteLLM's answer holds so many models. */
const MOST_MODELS = 100;

const text = z.string().min(1).optional();
const parameters = z.object({ start_date: text, end_date: text, format: text });
const ofGroup = z.object({ ...parameters.shape, model_group: text });

/** Calls and tokens day by day, in LiteLLM's shapes. Days without calls are left out. */
@Controller('global/activity')
export class GlobalActivityController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Access('viewer')
  @Get()
  async activity(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object | string> {
    const answer = activityOf(await this.rows(['day'], readQuery(parameters, query)));
    return rowsOrCsv({ request, reply }, answer.daily_data, answer);
  }

  @Access('viewer')
  @Get('model')
  async models(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const rows = await this.rows(['day', 'group'], readQuery(parameters, query));
    const models = [...grouped(rows, ({ by }) => by['group'] ?? '')]
      .map(([model, some]) => ({ model, ...activityOf(some) }))
      .sort((left, right) => right.sum_api_requests - left.sum_api_requests)
      .slice(0, MOST_MODELS);
    const lines = models.flatMap(({ model, daily_data }) => daily_data.map((day) => ({ model, ...day })));
    return rowsOrCsv({ request, reply }, lines, models);
  }

  /** Attempts that served nothing, of a model by its deployments or of every one. */
  @Access('viewer')
  @Get('exceptions')
  async exceptions(@Query() query: unknown): Promise<object> {
    return failuresOf(await this.rows(['day'], readQuery(ofGroup, query)));
  }

  @Access('viewer')
  @Get('exceptions/deployment')
  async exceptionsOfDeployments(@Query() query: unknown): Promise<object[]> {
    const rows = await this.rows(['day', 'deployment'], readQuery(ofGroup, query));
    return [...grouped(rows, ({ by }) => by['deployment'] ?? '')]
      .map(([deployment, some]) => ({ api_base: deployment, ...failuresOf(some) }))
      .filter(({ sum_num_rate_limit_exceptions: sum }) => sum > 0);
  }

  /** Answers from the gateway's own cache, and beside them the tokens that providers read from theirs. */
  @Access('viewer')
  @Get('cache_hits')
  async cacheHits(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const report = await this.rows(['key', 'group', 'cacheHit'], readQuery(parameters, query));
    const rows = [...grouped(report, ({ by }) => JSON.stringify([by['key'], by['group']]))].map(([, some]) =>
      cacheHitsOf(some),
    );
    return rowsOrCsv({ request, reply }, rows, rows);
  }

  private async rows(
    by: SpendDimension[],
    { model_group: group, ...asked }: z.infer<typeof ofGroup>,
  ): Promise<SpendReportRow[]> {
    const of = group === undefined ? {} : { groups: [group] };
    const { rows } = await reportRows(
      this.bus,
      { by, of, orderBy: by.includes('day') ? 'day' : 'spend', ...requiredTimes(asked) },
      { limit: MOST },
    );
    return rows.reverse();
  }
}

/** Of one key and model group: what was answered from the cache, and what by providers. */
function cacheHitsOf(rows: readonly SpendReportRow[]) {
  const [hits, others] = [
    summed(rows.filter(({ by }) => by['cacheHit'] === 'true')),
    summed(rows.filter(({ by }) => by['cacheHit'] !== 'true')),
  ];
  return {
    ...{ api_key: rows[0]?.by['key'], call_type: 'acompletion', model: rows[0]?.by['group'] },
    total_rows: hits.requests + others.requests,
    cache_hit_true_rows: hits.requests,
    cached_completion_tokens: hits.completionTokens,
    generated_completion_tokens: others.completionTokens,
    cached_prompt_tokens: others.cacheReadTokens,
  };
}

function activityOf(rows: readonly SpendReportRow[]) {
  const all = summed(rows);
  return {
    daily_data: [...grouped(rows, ({ by }) => by['day'] ?? '')].map(([day, some]) => {
      const sum = summed(some);
      return { date: shortDate(day), api_requests: sum.requests, total_tokens: tokensOf(sum) };
    }),
    sum_api_requests: all.requests,
    sum_total_tokens: tokensOf(all),
  };
}

/** LiteLLM counts rate limits here; the ledger counts every failure. */
function failuresOf(rows: readonly SpendReportRow[]) {
  return {
    daily_data: [...grouped(rows, ({ by }) => by['day'] ?? '')].map(([day, some]) => ({
      ...{ date: shortDate(day), num_rate_limit_exceptions: summed(some).failures },
    })),
    sum_num_rate_limit_exceptions: summed(rows).failures,
  };
}

const tokensOf = ({ promptTokens, completionTokens }: SpendMetrics): number =>
  promptTokens + completionTokens;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-01-22` as `Jan 22`. */
const shortDate = (day: string): string => `${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''} ${day.slice(8)}`;

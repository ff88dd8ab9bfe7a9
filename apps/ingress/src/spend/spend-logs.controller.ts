import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError, listSpend, type SpendQuery, type UsageEvent } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { pagesOf, wholeNumber } from '../admin/paging.js';
import { hashOfKey } from '../auth/key-digests.js';
import { toNanos } from '../dollars.js';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { rowsOrCsv } from './csv.js';
import { requiredTimes } from './dates.js';
import { spendRow } from './spend-rows.js';
import { visibleScope } from './visible.js';

/** Rows that pages reach to: further ones are found by narrower filters, or by `cursor` of /spend/logs. */
const MOST_ROWS = 10_000;

const text = z.string().min(1).optional();
const amount = z.coerce.number().nonnegative().optional();

const parameters = z.object({
  ...{ start_date: text, end_date: text, api_key: text, user_id: text, request_id: text, team_id: text },
  ...{ end_user: text, model: text, model_id: text, key_alias: text, error_code: text, format: text },
  min_spend: amount,
  max_spend: amount,
  status_filter: z.enum(['success', 'failure']).optional(),
  page: wholeNumber(MOST_ROWS).default(1),
  page_size: wholeNumber(100).default(50),
  sort_by: z.enum(['spend', 'total_tokens', 'startTime', 'endTime']).default('startTime'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
});

const SORTED_BY = {
  spend: 'cost',
  total_tokens: 'tokens',
  startTime: 'calledAt',
  endTime: 'endedAt',
} as const satisfies Record<string, SpendQuery['sortBy']>;

/** Pages of ledger rows in LiteLLM's shape. */
@Controller('spend/logs')
export class SpendLogsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Access('info')
  @Get(['v2', 'ui'])
  async page(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object | string> {
    const asked = readQuery(parameters, query);
    const offset = (asked.page - 1) * asked.page_size;
    if (offset + asked.page_size > MOST_ROWS)
      throw new GatewayError('invalid_request', `'page' reaches past row ${MOST_ROWS}: narrow the filter`, {
        param: 'page',
      });
    const { rows, total } = await this.bus.request(listSpend, {
      ...filterOf(request, asked),
      sortBy: SORTED_BY[asked.sort_by],
      descending: asked.sort_order === 'desc',
      offset,
      limit: asked.page_size,
    });
    const data = rows.map(spendRow);
    return rowsOrCsv({ request, reply }, data, {
      data,
      total: Math.min(total, MOST_ROWS),
      page: asked.page,
      page_size: asked.page_size,
      total_pages: pagesOf(Math.min(total, MOST_ROWS), asked.page_size),
      // Tollgate's own: there are more than pages reach to.
      total_is_capped: total > MOST_ROWS,
    });
  }

  /** Bodies are not kept: what LiteLLM shows of them is empty. */
  @Access('info')
  @Get('ui/:request_id')
  async one(@Req() request: FastifyRequest, @Param('request_id') requestId: string): Promise<object> {
    const { rows } = await this.bus.request(listSpend, {
      requestId,
      ...queryOf(visibleScope(request, {})),
      limit: 10,
    });
    const [row] = rows as readonly UsageEvent[];
    if (row === undefined)
      throw new GatewayError('not_found', `No spend log with request_id=${requestId}`, {
        param: 'request_id',
      });
    return { ...spendRow(row), messages: null, response: null, proxy_server_request: null };
  }
}

function filterOf(request: FastifyRequest, asked: z.infer<typeof parameters>): Omit<SpendQuery, 'limit'> {
  const { from, to } = requiredTimes(asked);
  const scope = visibleScope(request, {
    ...(asked.api_key !== undefined && { keys: [hashOfKey(asked.api_key)] }),
    ...(asked.user_id !== undefined && { users: [asked.user_id] }),
    ...(asked.team_id !== undefined && { teams: [asked.team_id] }),
  });
  return {
    ...{ from, to, ...queryOf(scope) },
    ...(asked.request_id !== undefined && { requestId: asked.request_id }),
    ...(asked.end_user !== undefined && { endUser: asked.end_user }),
    ...(asked.model !== undefined && { model: asked.model }),
    ...(asked.model_id !== undefined && { deploymentId: asked.model_id }),
    ...(asked.key_alias !== undefined && { keyAlias: asked.key_alias }),
    ...(asked.error_code !== undefined && { errorCode: asked.error_code }),
    ...(asked.status_filter !== undefined && { status: asked.status_filter }),
    ...(asked.min_spend !== undefined && { minNanos: toNanos(asked.min_spend) }),
    ...(asked.max_spend !== undefined && { maxNanos: toNanos(asked.max_spend) }),
  };
}

const queryOf = ({ keys, users, teams }: ReturnType<typeof visibleScope>): Partial<SpendQuery> => ({
  ...(keys?.[0] !== undefined && { keyHash: keys[0] }),
  ...(users?.[0] !== undefined && { userId: users[0] }),
  ...(teams !== undefined && { teamIds: teams }),
});

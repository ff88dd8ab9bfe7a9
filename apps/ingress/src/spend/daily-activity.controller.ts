import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError, type SpendDimension, type SpendScope } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { list, pagesOf, wholeNumber } from '../admin/paging.js';
import { authorityOf } from '../auth/authority.js';
import { hashOfKey } from '../auth/key-digests.js';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { rowsOrCsv } from './csv.js';
import { activityDays, activityMetadata } from './daily-activity.js';
import { requiredTimes } from './dates.js';
import { keyNames, teamAliases } from './names.js';
import { reportRows } from './report-rows.js';
import { activityMetrics } from './spend-metrics.js';
import { visibleScope } from './visible.js';

/** Rows that one answer is made of, and that pages reach to. */
const MOST_ROWS = 10_000;

const text = z.string().min(1).optional();
const names = list.optional();

const parameters = z.object({
  ...{ start_date: text, end_date: text, model: text, api_key: text, format: text },
  ...{ user_id: text, team_ids: names, organization_ids: names, tags: names, end_user_ids: names },
  page: wholeNumber(MOST_ROWS).default(1),
  page_size: wholeNumber(1_000).default(1_000),
});

type Asked = z.infer<typeof parameters>;

/** What a kind of activity is told apart by, and which of its names are asked for. */
const ENTITIES = {
  user: { dimension: 'user', scopeOf: ({ user_id: id }: Asked) => (id === undefined ? {} : { users: [id] }) },
  team: {
    dimension: 'team',
    scopeOf: ({ team_ids: teams }: Asked) => (teams === undefined ? {} : { teams }),
  },
  organization: {
    dimension: 'organization',
    scopeOf: ({ organization_ids: organizations }: Asked) =>
      organizations === undefined ? {} : { organizations },
  },
  tag: { dimension: 'tag', scopeOf: ({ tags }: Asked) => (tags === undefined ? {} : { tags }) },
  customer: {
    dimension: 'endUser',
    scopeOf: ({ end_user_ids: endUsers }: Asked) => (endUsers === undefined ? {} : { endUsers }),
  },
} as const satisfies Record<string, { dimension: SpendDimension; scopeOf: (asked: Asked) => SpendScope }>;

/** Day by day, broken down by model, provider, key and entity, in LiteLLM's shape. */
@Controller()
export class DailyActivityController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Access('info')
  @Get([
    'user/daily/activity',
    'team/daily/activity',
    'organization/daily/activity',
    'tag/daily/activity',
    'customer/daily/activity',
    'end_user/daily/activity',
  ])
  page(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object | string> {
    const asked = readQuery(parameters, query);
    if (asked.page * asked.page_size > MOST_ROWS + asked.page_size)
      throw new GatewayError('invalid_request', `'page' reaches past row ${MOST_ROWS}: ask for fewer days`, {
        param: 'page',
      });
    const skip = (asked.page - 1) * asked.page_size;
    return this.answer({ request, reply }, asked, { skip, limit: asked.page_size });
  }

  /** All pages in one. */
  @Access('info')
  @Get([
    'user/daily/activity/aggregated',
    'team/daily/activity/aggregated',
    'organization/daily/activity/aggregated',
    'tag/daily/activity/aggregated',
    'customer/daily/activity/aggregated',
  ])
  aggregated(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object | string> {
    const asked = readQuery(parameters, query);
    return this.answer({ request, reply }, { ...asked, page: 1 }, { skip: 0, limit: MOST_ROWS });
  }

  private async answer(
    exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
    asked: Asked,
    part: { readonly skip: number; readonly limit: number },
  ): Promise<object | string> {
    const { dimension, scopeOf } = entityOf(exchange.request);
    const wanted = {
      ...scopeOf(asked),
      ...(asked.model !== undefined && { groups: [asked.model] }),
      ...(asked.api_key !== undefined && { keys: [hashOfKey(asked.api_key)] }),
    };
    if ((dimension === 'tag' || dimension === 'endUser') && !authorityOf(exchange.request).seesAll)
      throw new GatewayError('forbidden', 'Spend of tags and customers is for admins to see.');
    const { rows, total } = await reportRows(
      this.bus,
      {
        by: ['day', 'upstreamModel', 'group', 'provider', 'key', dimension],
        of: visibleScope(exchange.request, wanted),
        orderBy: 'day',
        ...requiredTimes(asked),
      },
      part,
    );
    const ids = new Set(rows.flatMap(({ by }) => by[dimension] ?? []));
    const keys = await keyNames(
      this.bus,
      rows.map(({ by }) => by['key'] ?? ''),
    );
    const entities = dimension === 'team' ? await teamAliases(this.bus, ids) : new Map<string, string>();
    const lines = rows.map(({ by, ...sums }) => ({ ...by, ...activityMetrics(sums) }));
    return rowsOrCsv(exchange, lines, {
      results: activityDays(rows, dimension, { keys, entities }),
      metadata: activityMetadata(rows, {
        page: asked.page,
        pages: pagesOf(Math.min(total, MOST_ROWS), part.limit),
      }),
    });
  }
}

/** By the first word of the route, which is one of ours: it was matched. */
function entityOf(request: FastifyRequest): (typeof ENTITIES)[keyof typeof ENTITIES] {
  const word = request.routeOptions.url?.split('/')[1] ?? '';
  return word === 'end_user' ? ENTITIES.customer : ENTITIES[word as keyof typeof ENTITIES];
}

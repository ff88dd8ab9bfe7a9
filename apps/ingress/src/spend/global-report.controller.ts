import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import type { SpendDimension, SpendReportRow } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hashOfKey } from '../auth/key-digests.js';
import { toDollars } from '../dollars.js';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { rowsOrCsv } from './csv.js';
import { requiredTimes, timesOf } from './dates.js';
import { teamAliases } from './names.js';
import { reportRows } from './report-rows.js';
import { grouped, summed } from './spend-metrics.js';

const MOST = 10_000;
const DAY_MS = 86_400_000;

const text = z.string().min(1).optional();
const dates = { start_date: text, end_date: text, format: text };

/** What `group_by` stands for, and LiteLLM's names of the list and of what is in it. */
const GROUPS = {
  team: { dimension: 'team', list: 'teams', name: 'team_name' },
  customer: { dimension: 'endUser', list: 'customers', name: 'customer' },
  api_key: { dimension: 'key', list: 'api_keys', name: 'api_key' },
  internal_user_id: { dimension: 'user', list: 'users', name: 'internal_user_id' },
} as const satisfies Record<string, { dimension: SpendDimension; list: string; name: string }>;

const parameters = z.object({
  ...dates,
  group_by: z.enum(['team', 'customer', 'api_key', 'internal_user_id']).default('team'),
  ...{ api_key: text, internal_user_id: text, team_id: text, customer_id: text },
});

/** Who spent what on which model day by day, and where that leads to. */
@Controller('global')
export class GlobalReportController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Access('viewer')
  @Get('spend/report')
  async report(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(parameters, query);
    const { dimension, list, name } = GROUPS[asked.group_by];
    const { rows, total } = await reportRows(
      this.bus,
      {
        by: ['day', dimension, 'group', ...(dimension === 'key' ? [] : (['key'] as const))],
        of: {
          ...(asked.api_key !== undefined && { keys: [hashOfKey(asked.api_key)] }),
          ...(asked.internal_user_id !== undefined && { users: [asked.internal_user_id] }),
          ...(asked.team_id !== undefined && { teams: [asked.team_id] }),
          ...(asked.customer_id !== undefined && { endUsers: [asked.customer_id] }),
        },
        orderBy: 'day',
        ...requiredTimes(asked),
      },
      { limit: MOST },
    );
    if (total > rows.length) void reply.header('x-litellm-spend-logs-truncated', 'true');
    const teams = dimension === 'team' ? rows.flatMap(({ by }) => by['team'] ?? []) : [];
    const aliases = await teamAliases(this.bus, teams);
    const nameOf = ({ by }: SpendReportRow): string => {
      const id = by[dimension] ?? '';
      return aliases.get(id) ?? id;
    };
    const days = [...grouped(rows, ({ by }) => by['day'] ?? '')].reverse().map(([day, ofDay]) => ({
      group_by_day: day,
      [list]: [...grouped(ofDay, nameOf)].map(([of, some]) => ({
        [name]: of,
        total_spend: toDollars(summed(some).spendNanos),
        metadata: some.map(lineOf),
      })),
    }));
    const lines = rows.map((row) => ({ day: row.by['day'], [name]: nameOf(row), ...lineOf(row) }));
    return rowsOrCsv({ request, reply }, lines, days);
  }

  /** The month as it would be if every day that is left cost what the days of the last week did. */
  @Access('viewer')
  @Get('predict/spend/logs')
  async predict(@Query() query: unknown): Promise<object> {
    readQuery(z.object({}), query);
    const now = Date.now();
    const today = now - (now % DAY_MS);
    const month = Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth());
    const next = Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth() + 1);
    const { rows } = await reportRows(
      this.bus,
      { by: ['day'], orderBy: 'day', ...timesOf({}, 40, now) },
      { limit: 100 },
    );
    const nanosOf = new Map(rows.map(({ by, spendNanos }) => [by['day'], spendNanos]));
    const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
    const week = [1, 2, 3, 4, 5, 6, 7].map((days) => nanosOf.get(dayOf(today - days * DAY_MS)) ?? 0);
    const daily = Math.round(week.reduce((sum, nanos) => sum + nanos, 0) / week.length);
    const response: object[] = [];
    let total = 0;
    for (let day = month; day < next; day += DAY_MS) {
      const isPast = day <= today;
      const nanos = isPast ? (nanosOf.get(dayOf(day)) ?? 0) : daily;
      total += nanos;
      response.push({ date: dayOf(day), spend: toDollars(nanos), predicted: !isPast });
    }
    return { response, predicted_spend: toDollars(total) };
  }
}

const lineOf = (row: SpendReportRow): object => ({
  model: row.by['group'],
  spend: toDollars(row.spendNanos),
  total_tokens: row.promptTokens + row.completionTokens,
  api_key: row.by['key'],
});

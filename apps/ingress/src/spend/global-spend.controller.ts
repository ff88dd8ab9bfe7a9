import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import {
  resetSpend,
  type SpendDimension,
  type SpendReportQuery,
  type SpendReportRow,
  type SpendScope,
} from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parse } from '../admin/fields/read-record.js';
import { list, wholeNumber } from '../admin/paging.js';
import { authorityOf } from '../auth/authority.js';
import { hashOfKey } from '../auth/key-digests.js';
import { toDollars } from '../dollars.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { readQuery } from '../http/read-query.js';
import { rowsOrCsv } from './csv.js';
import { timeOf, timesOf, type Times } from './dates.js';
import { keyNames, teamAliases } from './names.js';
import { reportRows } from './report-rows.js';
import { grouped, summed } from './spend-metrics.js';

const MOST = 10_000;
const DAYS = 30;

const text = z.string().min(1).optional();
const dates = { start_date: text, end_date: text, format: text };
const limit = wholeNumber(1_000).default(10);

const endUsers = z.object({
  api_key: z.string().nullish(),
  startTime: z.string().nullish(),
  endTime: z.string().nullish(),
});

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What the whole gateway spends, in LiteLLM's shapes; for those who see everything. */
@Controller('global/spend')
export class GlobalSpendController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LiveConfig) private readonly config: LiveConfig,
  ) {}

  @Access('viewer')
  @Get()
  async spend(): Promise<object> {
    const rows = await this.rows({ by: [] }, 1);
    const [budget] = this.config.current.general.budgets.gateway;
    const maximum = budget?.maxNanos ?? null;
    return {
      spend: toDollars(summed(rows).spendNanos),
      max_budget: maximum === null ? null : toDollars(maximum),
    };
  }

  @Access('viewer')
  @Get('logs')
  async logs(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(z.object({ ...dates, api_key: text }), query);
    const of = asked.api_key === undefined ? {} : { keys: [hashOfKey(asked.api_key)] };
    const rows = (await this.byDay(timesOf(asked, DAYS), of)).map(([date, nanos]) => ({
      date,
      spend: toDollars(nanos),
    }));
    return rowsOrCsv({ request, reply }, rows, rows);
  }

  @Access('viewer')
  @Get('keys')
  async keys(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(z.object({ ...dates, limit }), query);
    const report = await this.rows({ by: ['key'], ...timesOf(asked, DAYS) }, asked.limit);
    const names = await keyNames(
      this.bus,
      report.map(({ by }) => by['key'] ?? ''),
    );
    const rows = report.map(({ by: { key = '' }, spendNanos }) => ({
      api_key: key,
      key_alias: names.get(key ?? '')?.alias ?? null,
      key_name: names.get(key ?? '')?.name ?? null,
      total_spend: toDollars(spendNanos),
    }));
    return rowsOrCsv({ request, reply }, rows, rows);
  }

  @Access('viewer')
  @Get('models')
  async models(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(z.object({ ...dates, limit }), query);
    return this.named({ request, reply }, 'group', 'model', 'total_spend', timesOf(asked, DAYS), asked.limit);
  }

  @Access('viewer')
  @Get('provider')
  async provider(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(z.object({ ...dates, limit: limit.default(1_000) }), query);
    return this.named({ request, reply }, 'provider', 'provider', 'spend', timesOf(asked, DAYS), asked.limit);
  }

  @Access('viewer')
  @Get('teams')
  async teams(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object | string> {
    const asked = readQuery(z.object(dates), query);
    const rows = await this.rows({ by: ['day', 'team'], orderBy: 'day', ...timesOf(asked, DAYS) });
    const ofTeams = rows.filter(({ by }) => by['team'] !== null);
    const aliases = await teamAliases(
      this.bus,
      ofTeams.map(({ by }) => by['team'] ?? ''),
    );
    const aliasOf = ({ by }: SpendReportRow): string => aliases.get(by['team'] ?? '') ?? by['team'] ?? '';
    const daily = [...grouped(ofTeams, ({ by }) => by['day'] ?? '')].reverse().map(([date, ofDay]) => ({
      date,
      ...Object.fromEntries(
        [...grouped(ofDay, aliasOf)].map(([alias, some]) => [alias, toDollars(summed(some).spendNanos)]),
      ),
    }));
    const totals = [...grouped(ofTeams, ({ by }) => by['team'] ?? '')]
      .map(([team, some]) => ({ team, alias: aliases.get(team) ?? team, nanos: summed(some).spendNanos }))
      .sort((left, right) => right.nanos - left.nanos);
    return rowsOrCsv({ request, reply }, daily, {
      daily_spend: daily,
      teams: [...new Set(totals.map(({ alias }) => alias))],
      total_spend_per_team: totals.map(({ team, alias, nanos }) => ({
        ...{ team_id: team, team_alias: alias, total_spend: toDollars(nanos) },
      })),
    });
  }

  @Access('viewer')
  @Post('end_users')
  @HttpCode(200)
  async endUsers(@Req() request: FastifyRequest): Promise<object[]> {
    const asked = parse(endUsers, readJsonObject(request.body));
    const rows = await this.rows(
      {
        by: ['endUser'],
        ...(typeof asked.api_key === 'string' && { of: { keys: [hashOfKey(asked.api_key)] } }),
        ...(typeof asked.startTime === 'string' && { from: timeOf(asked.startTime, 'startTime').start }),
        ...(typeof asked.endTime === 'string' && { to: timeOf(asked.endTime, 'endTime').end }),
      },
      1_000,
    );
    return rows.map(({ by, requests, spendNanos }) => ({
      ...{ end_user: by['endUser'], total_count: requests, total_spend: toDollars(spendNanos) },
    }));
  }

  @Access('viewer')
  @Get('tags')
  async tags(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object | string> {
    const asked = readQuery(z.object({ ...dates, tags: list.optional() }), query);
    const wanted = asked.tags?.filter((tag) => tag !== 'all-tags') ?? [];
    const report = await this.rows({
      by: ['tag'],
      ...(wanted.length > 0 && { of: { tags: wanted } }),
      ...timesOf(asked, DAYS),
    });
    const rows = report.map(({ by, spendNanos, requests }) => ({
      ...{ name: by['tag'], spend: toDollars(spendNanos), log_count: requests },
    }));
    return rowsOrCsv({ request, reply }, rows, { spend_per_tag: rows });
  }

  @Access('viewer')
  @Get('all_tag_names')
  async tagNames(): Promise<object> {
    const rows = await this.rows({ by: ['tag'] });
    return { tag_names: rows.map(({ by }) => by['tag'] ?? '').sort() };
  }

  /** Every budget of the gateway begins anew: a correction, for the ledger is never edited. */
  @Access('admin')
  @Post('reset')
  @HttpCode(200)
  async reset(@Req() request: FastifyRequest): Promise<object> {
    const { actor } = authorityOf(request);
    await this.bus.request(resetSpend, { actor, scope: { kind: 'gateway', id: 'all' }, toNanos: 0 });
    return { message: "The gateway's spend was reset; its calls stay in the ledger", status: 'success' };
  }

  private async named(
    exchange: Exchange,
    dimension: SpendDimension,
    ...[name, sum, times, most]: readonly [string, string, Times, number]
  ): Promise<object[] | string> {
    const report = await this.rows({ by: [dimension], ...times }, most);
    const rows = report.map(({ by, spendNanos }) => ({
      [name]: by[dimension],
      [sum]: toDollars(spendNanos),
    }));
    return rowsOrCsv(exchange, rows, rows);
  }

  private async byDay(times: Times, of: SpendScope): Promise<[string, number][]> {
    const rows = await this.rows({ by: ['day'], of, orderBy: 'day', ...times });
    return rows.map(({ by, spendNanos }): [string, number] => [by['day'] ?? '', spendNanos]).reverse();
  }

  private async rows(query: Omit<SpendReportQuery, 'limit'>, most = MOST): Promise<SpendReportRow[]> {
    return (await reportRows(this.bus, query, { limit: most })).rows;
  }
}

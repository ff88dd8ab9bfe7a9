import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { findEntries, listEntries, listKeys, type SpentEntry } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { wholeNumber } from '../admin/paging.js';
import { authorityOf } from '../auth/authority.js';
import { callerOf } from '../auth/caller.js';
import { toDollars } from '../dollars.js';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { rowsOrCsv } from './csv.js';
import { timesOf } from './dates.js';
import { reportRows } from './report-rows.js';
import { ownScope } from './visible.js';

const A_REPLY = 25;
const MOST = 1_000;

const text = z.string().min(1).optional();
const limit = wholeNumber(MOST).default(100);
const dates = { start_date: text, end_date: text, format: text };

/** What keys, users and tags have spent, the largest first. */
@Controller('spend')
export class ScopeSpendController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Access('info')
  @Get('keys')
  async keys(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(z.object({ limit, format: text }), query);
    const { seesAll, userId } = authorityOf(request);
    const own = userId === null ? { hashes: [callerOf(request).principal.keyHash] } : { userIds: [userId] };
    const rows: object[] = [];
    while (rows.length < asked.limit) {
      const wanted = Math.min(A_REPLY, asked.limit - rows.length);
      const { keys } = await this.bus.request(listKeys, {
        ...(!seesAll && own),
        ...{ sortBy: 'spend', offset: rows.length, limit: wanted },
      });
      rows.push(
        ...keys.map(({ key, spendNanos, lastActiveAt }) => ({
          ...{ token: key.hash, key_name: key.name, key_alias: key.alias, spend: toDollars(spendNanos) },
          ...{ user_id: key.userId, team_id: key.teamId, organization_id: key.organizationId },
          last_active: lastActiveAt === null ? null : new Date(lastActiveAt).toISOString(),
        })),
      );
      if (keys.length < wanted) break;
    }
    return rowsOrCsv({ request, reply }, rows, rows);
  }

  @Access('info')
  @Get('users')
  async users(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(z.object({ user_id: text, limit, format: text }), query);
    const { seesAll, userId } = authorityOf(request);
    const wanted = seesAll ? asked.user_id : (userId ?? '');
    const entries = wanted === undefined ? await this.allUsers(asked.limit) : await this.user(wanted);
    const rows = entries.map(({ id, alias, spendNanos, settings }) => ({
      ...{ user_id: id, user_alias: alias, spend: toDollars(spendNanos) },
      ...{ user_email: settings['user_email'] ?? null, user_role: settings['user_role'] ?? null },
    }));
    return rowsOrCsv({ request, reply }, rows, rows);
  }

  @Access('info')
  @Get('tags')
  async tags(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const asked = readQuery(z.object(dates), query);
    const isDated = asked.start_date !== undefined || asked.end_date !== undefined;
    const report = await reportRows(
      this.bus,
      { by: ['tag'], of: ownScope(request), ...(isDated && timesOf(asked, 30)) },
      { limit: MOST },
    );
    const rows = report.rows.map(({ by, spendNanos, requests }) => ({
      individual_request_tag: by['tag'] ?? '',
      log_count: requests,
      total_spend: toDollars(spendNanos),
    }));
    return rowsOrCsv({ request, reply }, rows, rows);
  }

  private async user(id: string): Promise<SpentEntry[]> {
    return (await this.bus.request(findEntries, { kind: 'user', ids: [id] })).entries;
  }

  private async allUsers(most: number): Promise<SpentEntry[]> {
    const users: SpentEntry[] = [];
    while (users.length < most) {
      const wanted = Math.min(A_REPLY, most - users.length);
      const { entries } = await this.bus.request(listEntries, {
        ...{ kind: 'user', sortBy: 'spend', offset: users.length, limit: wanted },
      });
      users.push(...entries);
      if (entries.length < wanted) break;
    }
    return users;
  }
}

import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { listSpend, type SpendQuery, type UsageEvent } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hashOfKey } from '../auth/key-digests.js';
import { Access } from '../http/access.decorator.js';
import { rowsOrCsv } from './csv.js';
import { reportRows } from './report-rows.js';
import { readSpendQuestion, type SpendQuestion } from './spend-question.js';
import { spendRow, spendSummary } from './spend-rows.js';
import { visibleScope } from './visible.js';

/** Rows asked of billing at a time: a reply stays well below what the bus carries in one message. */
const ROWS_A_REPLY = 250;

/** Sums of one answer. */
const MOST_SUMS = 50_000;

/** The ledger in LiteLLM's shapes. Who sees everything sees it, others what their user or key spent. */
@Controller('spend')
export class SpendController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Access('info')
  @Get('logs')
  async logs(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object[] | string> {
    const question = readSpendQuestion(query);
    const filter = filterOf(request, question);
    if (question.summarize) {
      const days = await this.summary(filter, reply);
      return rowsOrCsv({ request, reply }, days, days);
    }
    const { rows, next } = await this.rows(filter, question);
    if (next !== null) {
      reply.header('x-litellm-spend-logs-truncated', 'true');
      reply.header('x-tollgate-next-cursor', next);
    }
    const answer = rows.map(spendRow);
    return rowsOrCsv({ request, reply }, answer, answer);
  }

  /** By day, key, user and model; the largest sums when there are more than an answer holds. */
  private async summary(
    { keyHash, userId, from, to }: Omit<SpendQuery, 'limit' | 'cursor'>,
    reply: FastifyReply,
  ): Promise<object[]> {
    const { rows, total } = await reportRows(
      this.bus,
      {
        by: ['day', 'key', 'user', 'model'],
        of: {
          ...(keyHash !== undefined && { keys: [keyHash] }),
          ...(userId !== undefined && { users: [userId] }),
        },
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      },
      { limit: MOST_SUMS },
    );
    if (total > rows.length) reply.header('x-litellm-spend-logs-truncated', 'true');
    return spendSummary(
      rows.map(({ by, spendNanos }) => ({
        day: by['day'] ?? '',
        keyHash: by['key'] ?? '',
        userId: by['user'] ?? null,
        model: by['model'] ?? '',
        spendNanos,
      })),
    );
  }

  /** Newest first. Small replies are put together here; `next` is where the following answer begins. */
  private async rows(
    filter: Omit<SpendQuery, 'limit' | 'cursor'>,
    { skip, limit, cursor }: SpendQuestion,
  ): Promise<{ rows: UsageEvent[]; next: string | null }> {
    const rows: UsageEvent[] = [];
    let next = cursor;
    let toSkip = skip;
    while (rows.length < limit) {
      // A reply never holds rows of both kinds, so that a cursor always stands at the end of one.
      const wanted = Math.min(ROWS_A_REPLY, toSkip > 0 ? toSkip : limit - rows.length);
      const page = await this.bus.request(listSpend, {
        ...filter,
        limit: wanted,
        ...(next !== undefined && { cursor: next }),
      });
      if (toSkip > 0) toSkip -= wanted;
      else rows.push(...page.rows);
      if (page.next === null) return { rows, next: null };
      next = page.next;
    }
    return { rows, next: next ?? null };
  }
}

function filterOf(request: FastifyRequest, question: SpendQuestion): Omit<SpendQuery, 'limit' | 'cursor'> {
  const { requestId, apiKey, userId, from, to } = question;
  const { keys, users } = visibleScope(request, {
    ...(apiKey !== undefined && { keys: [hashOfKey(apiKey)] }),
    ...(userId !== undefined && { users: [userId] }),
  });
  return {
    ...(requestId !== undefined && { requestId }),
    ...(keys?.[0] !== undefined && { keyHash: keys[0] }),
    ...(users?.[0] !== undefined && { userId: users[0] }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

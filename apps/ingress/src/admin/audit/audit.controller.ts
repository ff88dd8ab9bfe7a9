import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError, listAudit, verifyAudit } from '@tollgate/contracts';
import { z } from 'zod';
import { Access } from '../../http/access.decorator.js';
import { readQuery } from '../../http/read-query.js';
import { parse } from '../fields/read-record.js';
import { pagesOf } from '../paging.js';
import { auditFilter, auditQuery, auditRow } from './audit-question.js';

const verifyQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .optional(),
});
const sequence = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be a whole number')
    .transform(Number),
});

/** Rows of one reply of billing: each holds a record as it was and as it is. */
const A_REPLY = 20;

/** Who changed what, newest first, and whether the chain of it is whole. */
@Controller('audit')
export class AuditController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Access('viewer')
  @Get()
  async list(@Query() query: unknown): Promise<object> {
    const { limit, ...filter } = auditFilter(readQuery(auditQuery, query));
    const records: z.infer<typeof listAudit.reply>['records'] = [];
    let total: number | undefined;
    while (records.length < limit) {
      const before = records.at(-1)?.sequence;
      const wanted = Math.min(A_REPLY, limit - records.length);
      const next = { ...filter, ...(before !== undefined && { before }), limit: wanted };
      const part = await this.bus.request(listAudit, next);
      records.push(...part.records);
      total ??= part.total;
      if (part.records.length < wanted) break;
    }
    const last = records.length < limit ? undefined : records.at(-1);
    return {
      audit_logs: records.map(auditRow),
      total: total ?? 0,
      page: 1,
      page_size: limit,
      total_pages: pagesOf(total ?? 0, limit),
      next_cursor: last === undefined ? null : String(last.sequence),
    };
  }

  /** Some thousands of rows at a time: `next` is what to send as `after`. */
  @Access('viewer')
  @Get('verify')
  async verify(@Query() query: unknown): Promise<object> {
    const { after } = readQuery(verifyQuery, query);
    const { checked, brokenAt, next } = await this.bus.request(verifyAudit, {
      ...(after !== undefined && { after }),
    });
    return { intact: brokenAt === null, checked, broken_at: brokenAt, next };
  }

  @Access('viewer')
  @Get(':id')
  async one(@Param('id') id: string): Promise<object> {
    const wanted = parse(sequence, { id }).id;
    const { records } = await this.bus.request(listAudit, { before: wanted + 1, limit: 1 });
    const [found] = records;
    if (found?.sequence !== wanted)
      throw new GatewayError('not_found', `Audit log with ID ${id} not found`, { param: 'id' });
    return auditRow(found);
  }
}

import { Controller, Get, Inject, Query } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { modelUsage } from '@tollgate/contracts';
import { z } from 'zod';
import { toDollars } from '../dollars.js';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';
import { Deprecations } from './deprecations.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_KEYS = 1_000;

const question = z.object({
  model: z.string("is required: a model's name as clients write it").min(1),
  days: z
    .string()
    .regex(/^(?:[1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])$/, 'must be a whole number from 1 to 366')
    .transform(Number)
    .default(DEFAULT_DAYS),
});

/** Who still asks for a name: what to know before it goes. */
@Controller('model')
export class ModelUsageController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly deprecations: Deprecations,
  ) {}

  /** The keys that asked in the last `days` (30), the busiest first, 1,000 at most. */
  @Access('viewer')
  @Get('usage')
  async usage(@Query() query: unknown): Promise<object> {
    const { model, days } = readQuery(question, query);
    const from = Date.now() - days * DAY_MS;
    const { keys } = await this.bus.request(modelUsage, { model, from, limit: MAX_KEYS });
    const deprecation = this.deprecations.of(model)?.deprecation ?? null;
    return {
      model,
      since: iso(from),
      deprecated: deprecation === null ? null : { ...deprecation, ...dates(deprecation) },
      keys: keys.map((row) => ({
        token: row.keyHash,
        key_alias: row.keyAlias,
        team_id: row.teamId,
        calls: row.calls,
        spend: toDollars(row.spendNanos),
        last_used_at: iso(row.lastCallAt),
      })),
    };
  }
}

const iso = (time: number): string => new Date(time).toISOString();

const dates = ({ since, sunset }: { since: number | null; sunset: number | null }) => ({
  since: since === null ? null : iso(since),
  sunset: sunset === null ? null : iso(sunset),
});

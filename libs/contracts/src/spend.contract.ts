import { z } from 'zod';
import { defineRequest } from './contract.js';
import { usageEvent } from './usage.contract.js';

export const spendQuery = z.object({
  /** Our call id or the provider's response id. */
  requestId: z.string().optional(),
  keyHash: z.string().optional(),
  userId: z.string().optional(),
  /** Epoch milliseconds, start inclusive, end exclusive. */
  from: z.number().optional(),
  to: z.number().optional(),
  /** Rows, newest first. */
  limit: z.number().int().min(1).max(10_000),
  /** Opaque, from the previous page's `next`. */
  cursor: z.string().optional(),
});
export type SpendQuery = z.infer<typeof spendQuery>;

/** A page of ledger rows; `next` is null on the last one. */
export const spendPage = z.object({
  rows: z.array(usageEvent),
  next: z.string().nullable(),
  total: z.number().int(),
});
export type SpendPage = z.infer<typeof spendPage>;

export const listSpend = defineRequest('tollgate.spend.list', {
  service: 'billing',
  input: spendQuery,
  reply: spendPage,
});

/** Spend by day (UTC), key, user and model, for the summarized form of `/spend/logs`. */
export const summarizeSpend = defineRequest('tollgate.spend.summarize', {
  service: 'billing',
  input: spendQuery.pick({ keyHash: true, userId: true, from: true, to: true }),
  reply: z.array(
    z.object({
      day: z.string(),
      keyHash: z.string(),
      userId: z.string().nullable(),
      model: z.string(),
      spendNanos: z.number().int(),
    }),
  ),
});

/** What was spent since a time (epoch ms) by provider, deployment or tag: what the budgets of the router are held against. */
export const sumSpend = defineRequest('tollgate.spend.sum', {
  service: 'billing',
  input: z.object({
    scopes: z
      .array(
        z.object({ kind: z.enum(['provider', 'deployment', 'tag']), value: z.string(), from: z.number() }),
      )
      .max(1_000),
  }),
  /** Nano-dollars, in the order of the scopes. */
  reply: z.object({ nanos: z.array(z.number().int()) }),
});

/** Who asks for a model by this name, since a time (epoch ms); the busiest first. */
export const modelUsage = defineRequest('tollgate.model.usage', {
  service: 'billing',
  input: z.object({ model: z.string(), from: z.number(), limit: z.number().int().min(1).max(1_000) }),
  reply: z.object({
    keys: z.array(
      z.object({
        keyHash: z.string(),
        keyAlias: z.string().nullable(),
        teamId: z.string().nullable(),
        calls: z.number().int(),
        spendNanos: z.number().int(),
        lastCallAt: z.number(),
      }),
    ),
  }),
});

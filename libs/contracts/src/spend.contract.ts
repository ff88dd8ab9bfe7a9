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

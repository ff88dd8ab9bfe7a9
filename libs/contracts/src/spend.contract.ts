import { z } from 'zod';
import { defineRequest } from './contract.js';
import { scopeKind } from './scope.js';
import { usageEvent } from './usage.contract.js';

const names = z.array(z.string()).max(1_000).optional();

const spendQuery = z.object({
  /** Our call id or the provider's response id. */
  requestId: z.string().optional(),
  keyHash: z.string().optional(),
  keyAlias: z.string().optional(),
  userId: z.string().optional(),
  teamIds: names,
  organizationId: z.string().optional(),
  endUser: z.string().optional(),
  tag: z.string().optional(),
  /** As the client, the config or the provider calls it. */
  model: z.string().optional(),
  deploymentId: z.string().optional(),
  provider: z.string().optional(),
  /** `failure`: an attempt that served nothing. */
  status: z.enum(['success', 'failure']).optional(),
  errorCode: z.string().optional(),
  minNanos: z.number().optional(),
  maxNanos: z.number().optional(),
  /** When the call was let in: epoch milliseconds, start inclusive, end exclusive. */
  from: z.number().optional(),
  to: z.number().optional(),
  /** Default `calledAt`. Of anything else, the newest ten thousand rows are sorted. */
  sortBy: z.enum(['calledAt', 'endedAt', 'cost', 'tokens']).optional(),
  /** Default true. */
  descending: z.boolean().optional(),
  /** Rows to pass over. */
  offset: z.number().int().min(0).max(10_000).optional(),
  limit: z.number().int().min(1).max(10_000),
  /** Opaque, from the previous page's `next`; not with `offset` or another order than the default. */
  cursor: z.string().optional(),
});
export type SpendQuery = z.infer<typeof spendQuery>;

/** A page of ledger rows; `next` is null on the last one. `total` counts no further than 10,001. */
const spendPage = z.object({
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

/** What sums of spend can be told apart by. `day` is UTC's; `member` is `{team}:{user}`; `model` as clients write it. */
export const spendDimension = z.enum([
  'day',
  'key',
  'user',
  'team',
  'organization',
  'project',
  'model',
  'group',
  'upstreamModel',
  'deployment',
  'provider',
  'tag',
  'endUser',
  /** `true` or `false`: whether the gateway's cache answered. */
  'cacheHit',
]);
export type SpendDimension = z.infer<typeof spendDimension>;

/** Of what sums are: any of the names of a dimension, and of each that is there. */
const spendScope = z.object({
  keys: names,
  users: names,
  teams: names,
  organizations: names,
  projects: names,
  models: names,
  groups: names,
  providers: names,
  tags: names,
  endUsers: names,
  /** Calls by a user's own keys only, not by those of a team. */
  personal: z.boolean().optional(),
});
export type SpendScope = z.infer<typeof spendScope>;

/** Tokens in OpenAI's sums. `requests` are attempts that reached a provider, `failures` those of them that served nothing. */
const spendMetrics = z.object({
  spendNanos: z.number().int(),
  promptTokens: z.number().int(),
  completionTokens: z.number().int(),
  cacheReadTokens: z.number().int(),
  cacheWriteTokens: z.number().int(),
  requests: z.number().int(),
  failures: z.number().int(),
});
export type SpendMetrics = z.infer<typeof spendMetrics>;

const spendReportQuery = z.object({
  /** Epoch milliseconds, start inclusive, end exclusive; the hours (UTC) that they are in count whole. */
  from: z.number().optional(),
  to: z.number().optional(),
  by: z.array(spendDimension).max(8),
  of: spendScope.optional(),
  /** The latest day first (`total` then counts to ten thousand or some more), or the largest sum. Default `spend`. */
  orderBy: z.enum(['spend', 'requests', 'day']).optional(),
  /** At most 100,000 rows are told. */
  offset: z.number().int().min(0).max(100_000).optional(),
  limit: z.number().int().min(1).max(1_000),
});
export type SpendReportQuery = z.infer<typeof spendReportQuery>;

const spendReportRow = spendMetrics.extend({
  /** The values of the dimensions that were asked for, by their names; null: calls without one. */
  by: z.record(z.string(), z.string().nullable()),
});
export type SpendReportRow = z.infer<typeof spendReportRow>;

/**
 * Sums of the ledger, from what is kept with it: as quick for ten million rows as for ten. A call counts for each of its tags. Fails
 * with `invalid_request` when tags and end users are asked for at once.
 */
export const reportSpend = defineRequest('tollgate.spend.report', {
  service: 'billing',
  input: spendReportQuery,
  reply: z.object({ rows: z.array(spendReportRow), total: z.number().int() }),
});

/**
 * What was spent since a time (epoch ms): what budgets of the router are held against, asked for once a second. A row that comes more
 * than an hour late counts within a minute.
 */
export const sumSpend = defineRequest('tollgate.spend.sum', {
  service: 'billing',
  input: z.object({
    scopes: z
      .array(
        z.object({
          kind: z.union([scopeKind, z.enum(['provider', 'deployment'])]),
          value: z.string(),
          from: z.number(),
          /** Calls for this model name only, which may be a pattern with `*`. */
          model: z.string().optional(),
        }),
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

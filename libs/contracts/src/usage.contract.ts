import { z } from 'zod';
import { attemptRole } from './call.contract.js';
import { defineDurable } from './contract.js';
import { serviceTier, usage } from './usage.js';

/**
 * complete: the provider answered whole. partial: it broke off or was cancelled, counts are what was seen.
 * unknown: the process died in the middle, counts are the last that was known. failed: an error, nothing served.
 */
export const usageStatus = z.enum(['complete', 'partial', 'unknown', 'failed']);
export type UsageStatus = z.infer<typeof usageStatus>;

/** One attempt that reached a provider, or an answer from the gateway's cache. Money is integer nano-dollars; times are epoch milliseconds. */
export const usageEvent = z.object({
  /** The attempt's id, `{call id}:{n}`. */
  id: z.string(),
  callId: z.string(),
  /** The provider's own response id, when it told one. */
  responseId: z.string().nullable(),
  status: usageStatus,
  /** Tokens by the provider's own usage (true) or by our estimate (false). */
  measured: z.boolean(),
  usage,
  /** The provider's usage object as it came. */
  rawUsage: z.unknown(),
  /** As the answer told it; null: the provider's standard service. */
  serviceTier: serviceTier.nullable().default(null),
  /** null: no price is known for the model. */
  costNanos: z.number().int().nullable(),
  model: z.string(),
  group: z.string(),
  upstreamModel: z.string(),
  deploymentId: z.string(),
  provider: z.string(),
  apiBase: z.string().nullable(),
  keyHash: z.string(),
  keyAlias: z.string().nullable(),
  userId: z.string().nullable(),
  teamId: z.string().nullable(),
  organizationId: z.string().nullable().default(null),
  projectId: z.string().nullable().default(null),
  endUser: z.string().nullable(),
  tags: z.array(z.string()),
  stream: z.boolean(),
  /** When the call was let in: decides the budget windows that it belongs to. */
  calledAt: z.number(),
  startedAt: z.number(),
  firstTokenAt: z.number().nullable(),
  endedAt: z.number(),
  errorCode: z.string().nullable(),
  /** Budget counters that the call was let in against. */
  counters: z.array(z.string()).optional(),
  /** The answer was given before and came from the gateway's cache: no provider was asked. */
  cacheHit: z.literal(true).optional(),
  role: attemptRole.default('primary'),
  arm: z.enum(['canary', 'baseline']).nullable().default(null),
});
export type UsageEvent = z.infer<typeof usageEvent>;

/** worker → billing, the ledger's only source. */
export const usageRecorded = defineDurable('tollgate.usage.recorded', {
  service: 'billing',
  input: usageEvent,
  idOf: (event) => event.id,
});

import { z } from 'zod';
import { defineCall } from './contract.js';
import { errorShape } from './errors.js';
import { usage } from './usage.js';

/** A dialect is a wire format. */
export const dialect = z.enum(['openai-chat', 'anthropic-messages']);
export type Dialect = z.infer<typeof dialect>;

/** Who calls. `keyHash` is the SHA-256 hex of the key; of the master key too. */
export const principal = z.object({
  keyHash: z.string(),
  keyAlias: z.string().nullable(),
  userId: z.string().nullable(),
  teamId: z.string().nullable(),
  isAdmin: z.boolean(),
  /** Names the key may call; empty means all. */
  models: z.array(z.string()),
});
export type Principal = z.infer<typeof principal>;

/** All that router and worker need to know of a call besides its body. Times are epoch milliseconds. */
export const callHeader = z.object({
  id: z.string(),
  dialect,
  /** The model as the client named it. */
  model: z.string(),
  stream: z.boolean(),
  /** The client asked for `stream_options.include_usage`. */
  includeUsage: z.boolean(),
  principal,
  endUser: z.string().nullable(),
  tags: z.array(z.string()),
  /** Estimate of the prompt, for admission and as the bill's input when a provider never tells. */
  inputTokens: z.number().int().nonnegative(),
  startedAt: z.number(),
  deadline: z.number(),
  /** The caller's own wishes: body `timeout`, `x-litellm-timeout`, `x-litellm-stream-timeout`, `num_retries`. */
  timeoutMs: z.number().optional(),
  streamTimeoutMs: z.number().optional(),
  numRetries: z.number().int().nonnegative().optional(),
  disableFallbacks: z.boolean().optional(),
  /** Client headers that a same-dialect provider should see (beta flags and the like), lower case. */
  headers: z.record(z.string(), z.string()),
  traceparent: z.string().optional(),
});
export type CallHeader = z.infer<typeof callHeader>;

/** ingress → router. */
export const routeCall = defineCall('tollgate.call.route', { service: 'router', input: callHeader });

/** The four clocks that bound an attempt, in milliseconds. */
export const clocks = z.object({
  connectMs: z.number().positive(),
  firstTokenMs: z.number().positive(),
  idleMs: z.number().positive(),
  totalMs: z.number().positive(),
});
export type Clocks = z.infer<typeof clocks>;

export const attemptHeader = z.object({
  call: callHeader,
  /** `{call id}:{n}`, n from 1: also the id of the attempt's usage event. */
  attemptId: z.string(),
  deploymentId: z.string(),
  /** The model group that is being tried: the client's, or a fallback's. */
  group: z.string(),
  /** Upstream model name when the group is a wildcard (the star part carried over); else the deployment's own. */
  upstreamModel: z.string(),
  clocks,
  retries: z.number().int(),
  fallbacks: z.number().int(),
});
export type AttemptHeader = z.infer<typeof attemptHeader>;

/** router → worker; the target is the provider's name. */
export const attemptCall = defineCall('tollgate.call.attempt.*', {
  service: 'worker',
  input: attemptHeader,
});

/** First frame of an answer. */
export const responseHead = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  attemptId: z.string(),
  deploymentId: z.string(),
  group: z.string(),
  provider: z.string(),
  upstreamModel: z.string(),
  apiBase: z.string().nullable(),
  retries: z.number().int(),
  fallbacks: z.number().int(),
  /** Known before the first byte only when the answer is not streamed. */
  costNanos: z.number().int().nullable(),
});
export type ResponseHead = z.infer<typeof responseHead>;

/** Last frame of an answer. `usage` null: unknown. `costNanos` null: unknown or unpriced. */
export const responseEnd = z.object({
  usage: usage.nullable(),
  costNanos: z.number().int().nullable(),
});
export type ResponseEnd = z.infer<typeof responseEnd>;

/** worker → router, once an attempt: what health and strategies learn from. */
export const outcome = z.object({
  /** The head went out to the caller: the attempt can no longer be replaced by another. */
  delivered: z.boolean(),
  error: errorShape.nullable(),
  latencyMs: z.number(),
  firstTokenMs: z.number().nullable(),
  usage: usage.nullable(),
});
export type Outcome = z.infer<typeof outcome>;

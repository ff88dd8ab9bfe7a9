import { z } from 'zod';
import { defineCall } from './contract.js';
import { dialect } from './dialect.js';
import { errorShape } from './errors.js';
import { nanos } from './limits.js';
import { serviceTier, usage } from './usage.js';

/** What a request may need of a model beyond text. */
export const capability = z.enum([
  'vision',
  'audioInput',
  'audioOutput',
  'pdfInput',
  'tools',
  'jsonSchema',
  'webSearch',
]);
export type Capability = z.infer<typeof capability>;

const chains = z.record(z.string(), z.array(z.string()));

/** A key's own wishes about routing (LiteLLM's `router_settings` of a key), over its team's and the config's. */
export const keyRouting = z.object({
  /** Model name → names to try in order; `*` stands for every other name. */
  fallbacks: chains.optional(),
  contextWindowFallbacks: chains.optional(),
  contentPolicyFallbacks: chains.optional(),
  /** Name → name, before any other resolution. */
  aliases: z.record(z.string(), z.string()).optional(),
  numRetries: z.number().int().nonnegative().optional(),
  timeoutMs: z.number().positive().optional(),
});
export type KeyRouting = z.infer<typeof keyRouting>;

/** Who calls. `keyHash` is the SHA-256 hex of the key; of the master key too. */
export const principal = z.object({
  keyHash: z.string(),
  keyAlias: z.string().nullable(),
  userId: z.string().nullable(),
  teamId: z.string().nullable(),
  organizationId: z.string().nullable(),
  projectId: z.string().nullable(),
  isAdmin: z.boolean(),
  /** Names the key may call; empty means all. */
  models: z.array(z.string()),
  routing: keyRouting.optional(),
});
export type Principal = z.infer<typeof principal>;

/** A request of a provider's own API, which goes there as it came, and whose answer comes back so. */
export const nativeRequest = z.object({
  /** LiteLLM's name. */
  provider: z.string(),
  method: z.string(),
  /** With its query, below the provider's host. */
  path: z.string(),
  /** The path is below this endpoint of the provider's instead. */
  endpoint: dialect.optional(),
});
export type NativeRequest = z.infer<typeof nativeRequest>;

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
  /** The most tokens that the caller wants; absent: it does not say. */
  maxOutputTokens: z.number().int().positive().optional(),
  /** Answers that are wanted (`n`); absent: one. */
  answers: z.number().int().positive().optional(),
  /** The dearer service that the caller asks for (`service_tier: priority`, Anthropic's `speed: fast`); absent: none. */
  serviceTier: serviceTier.optional(),
  bodyBytes: z.number().int().nonnegative().default(0),
  /** Of the body; absent: JSON. */
  contentType: z.string().optional(),
  needs: z.array(capability).default([]),
  /** `x-litellm-session-id`, body `litellm_session_id` or `metadata.session_id`. */
  sessionId: z.string().optional(),
  /** Hash of the beginning of the prompt, where that is long enough for a provider to keep it in its cache. */
  promptPrefix: z.string().optional(),
  /** Regions that the call may go to (`allowed_model_region` of body or key); absent: any. */
  regions: z.array(z.string()).optional(),
  /** Budget counters (`counterName`) that the call is charged to; absent: none. */
  counters: z.array(z.string()).optional(),
  /** Nano-dollars that are reserved for all attempts of this sending of the call; absent: no budget binds it. */
  allowanceNanos: nanos.optional(),
  /** Tokens of all answers together that the allowance was made for, at the dearest deployment of the name. */
  reservedTokens: z.number().int().nonnegative().optional(),
  /** Budgets could not pay for the longest answer: one that comes whole must be no longer than its allowance pays for. */
  isTight: z.boolean().optional(),
  /** Of a stream that may become dearer than its budgets can pay for: nano-dollars that they could pay when it was let in. */
  ceilingNanos: nanos.optional(),
  /** What happens when a stream has used its allowance and no budget has room for more. Default `cut`. */
  onStreamOverrun: z.enum(['cut', 'finish']).optional(),
  /** What happens when a call needs more than its allowance while shared state is away. Default `refuse`. */
  onStateDown: z.enum(['refuse', 'allow']).optional(),
  startedAt: z.number(),
  deadline: z.number(),
  /** The caller's own wishes: body `timeout`, `x-litellm-timeout`, `x-litellm-stream-timeout`, `num_retries`. */
  timeoutMs: z.number().optional(),
  streamTimeoutMs: z.number().optional(),
  numRetries: z.number().int().nonnegative().optional(),
  disableFallbacks: z.boolean().optional(),
  /** The caller's own list, in place of every configured one. */
  fallbacks: z.array(z.string()).optional(),
  /** The answer must come from the model that was named: no fallback, hedge, canary or continuation. */
  deterministic: z.boolean().optional(),
  /** The deployment that has to answer: it keeps what the call is about. Absent: any may that the name stands for. */
  deploymentId: z.string().optional(),
  /** Present: `dialect` tells how the answer is read for the bill, and nothing else. */
  native: nativeRequest.optional(),
  /** Client headers that a same-dialect provider should see (beta flags and the like), lower case. */
  headers: z.record(z.string(), z.string()),
  traceparent: z.string().optional(),
  /** How often the call was given to another router after one was lost with it; absent: never. */
  resends: z.number().int().positive().optional(),
});
export type CallHeader = z.infer<typeof callHeader>;

/** A call is sent once, and again when its router is lost: what a sending has reserved, and its attempts, go by this id. */
export const sendingId = ({ id, resends }: Pick<CallHeader, 'id' | 'resends'>): string =>
  resends === undefined ? id : `${id}:r${resends}`;

/** The sending that an attempt belongs to. */
export const sendingOf = (callId: string, attemptId: string): string =>
  attemptId.startsWith(`${callId}:r`) ? attemptId.slice(0, attemptId.lastIndexOf(':')) : callId;

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

/**
 * Why an attempt is made. hedge: beside a slow one. mirror: a copy whose answer nobody sees. continuation: of an answer that
 * broke off and whose beginning the caller has.
 */
export const attemptRole = z.enum(['primary', 'hedge', 'mirror', 'continuation']);
export type AttemptRole = z.infer<typeof attemptRole>;

/** What the caller has of an answer that broke off; what comes next is told in the same voice. */
export const partialAnswer = z.object({
  text: z.string(),
  /** Of the stream that the caller reads. */
  responseId: z.string().nullable(),
  created: z.number().int(),
  /** Of a client that speaks Anthropic's dialect: the index of the text block that is open. Absent: no block was begun. */
  openBlock: z.number().int().nonnegative().optional(),
  /** Tokens that the caller is told at the end, on top of those of the continuation. */
  usage,
});
export type PartialAnswer = z.infer<typeof partialAnswer>;

export const attemptHeader = z.object({
  call: callHeader,
  /**
   * `{sending id}:{n}`, n from 1: also the id of the attempt's usage event. What a lost router had sent out may be on the bill
   * under the same number.
   */
  attemptId: z.string(),
  deploymentId: z.string(),
  /** The model group that is being tried: the client's, or a fallback's. */
  group: z.string(),
  /** Upstream model name when the group is a wildcard (the star part carried over); else the deployment's own. */
  upstreamModel: z.string(),
  clocks,
  retries: z.number().int(),
  fallbacks: z.number().int(),
  role: attemptRole.default('primary'),
  /** Which arm of a canary the attempt belongs to. */
  arm: z.enum(['canary', 'baseline']).nullable().default(null),
  /** The answer should be kept in mind, so that another attempt can go on where this one breaks off. */
  resumable: z.boolean().default(false),
  /** Present for a continuation. */
  partial: partialAnswer.optional(),
  /** What earlier attempts at the call were billed, as far as it is known, in nano-dollars; absent: nothing. */
  spentNanos: nanos.optional(),
});
export type AttemptHeader = z.infer<typeof attemptHeader>;

/** router → worker; the target is the provider's name. */
export const attemptCall = defineCall('tollgate.call.attempt.*', {
  service: 'worker',
  input: attemptHeader,
});

/** Of a cost with a discount or a margin: listed less discount and with margin it is what is charged. */
const costParts = z.object({
  listedNanos: z.number().int(),
  discountNanos: z.number().int(),
  marginNanos: z.number().int(),
});
export type CostParts = z.infer<typeof costParts>;

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
  /** Absent: it is what the provider's list says, or not known yet. */
  costParts: costParts.optional(),
  /** Of a session: where the worker that holds it takes the caller's messages (`bus.address`). */
  address: z.string().optional(),
  /** Milliseconds that the provider took for what the worker knew when it sent this head. */
  upstreamMs: z.number().default(0),
});
export type ResponseHead = z.infer<typeof responseHead>;

/** Last frame of an answer. `usage` null: unknown. `costNanos` null: unknown or unpriced. */
export const responseEnd = z.object({
  usage: usage.nullable(),
  costNanos: z.number().int().nullable(),
});
export type ResponseEnd = z.infer<typeof responseEnd>;

/** What a provider says is left of one of its limits; `resetMs`: until it is whole again. */
const providerLimit = z.object({
  limit: z.number().nullable(),
  remaining: z.number(),
  resetMs: z.number().nullable(),
});

/** A provider's own rate limits, from the headers of its answers (`x-ratelimit-*`, `anthropic-ratelimit-*`). */
export const providerLimits = z.object({
  requests: providerLimit.optional(),
  tokens: providerLimit.optional(),
});
export type ProviderLimits = z.infer<typeof providerLimits>;

/** worker → router, once an attempt: what health and strategies learn from. */
export const outcome = z.object({
  /** The head went out to the caller: the attempt can no longer be replaced by another. */
  delivered: z.boolean(),
  error: errorShape.nullable(),
  latencyMs: z.number(),
  firstTokenMs: z.number().nullable(),
  usage: usage.nullable(),
  costNanos: z.number().int().nullable().default(null),
  limits: providerLimits.optional(),
  /**
   * The answer broke off after its head, the caller was not told, and another attempt may go on from here. Only of an
   * attempt that was `resumable`; whoever forwarded it owes the caller a continuation or the error.
   */
  partial: partialAnswer.optional(),
});
export type Outcome = z.infer<typeof outcome>;

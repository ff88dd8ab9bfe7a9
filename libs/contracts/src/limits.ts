import { z } from 'zod';

const perMinute = z.number().int().nonnegative().nullable();

/** Nano-dollars in a JSON number: whole, and at most nine million dollars. */
export const nanos = z.number().int().min(0).max(9_000_000_000_000_000);

/**
 * What may be spent in a window. `window` is `1h`, `7d`, `1mo` and the like, aligned to the calendar (`windowStart` of
 * libs/config); null: ever. Soft: an alert. Hard (`maxNanos`): a refusal; null: none.
 */
export const budget = z.object({
  window: z.string().nullable(),
  maxNanos: nanos.nullable(),
  softNanos: nanos.nullable(),
});
export type Budget = z.infer<typeof budget>;

/** Requests and tokens a minute, calls in flight, budgets; null and empty limit nothing. */
export const rateLimits = z.object({
  requestsPerMinute: perMinute,
  tokensPerMinute: perMinute,
  maxParallelRequests: perMinute,
  budgets: z.array(budget).max(16),
});
export type RateLimits = z.infer<typeof rateLimits>;

/** What binds the calls of a key, a team, a tag and so on. */
export const limits = rateLimits.extend({
  /** Of calls for one model name (or a pattern with `*`), on top of the others. */
  models: z.record(z.string(), rateLimits),
  /** More room in every hard budget until a time (epoch ms). */
  temporaryIncrease: z.object({ nanos, until: z.number() }).nullable(),
});
export type Limits = z.infer<typeof limits>;

export const NO_LIMITS: Limits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxParallelRequests: null,
  budgets: [],
  models: {},
  temporaryIncrease: null,
};

/**
 * What happens to a call for which no budget has room. reject: a refusal. fallback: the call is made with another model.
 * throttle: one call a minute goes through.
 */
export const overBudget = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('reject'),
    /** Status of the refusal; absent: the config's. */
    status: z.union([z.literal(400), z.literal(422), z.literal(429)]).optional(),
  }),
  z.object({ action: z.literal('fallback'), model: z.string() }),
  z.object({ action: z.literal('throttle') }),
]);
export type OverBudget = z.infer<typeof overBudget>;

/** How a key's calls meet their budgets; what is absent is as the config says. */
export const budgetPolicy = z.object({
  overBudget: overBudget.optional(),
  /** A stream for which nothing is left: `cut` ends it with an error, `finish` lets it run. */
  onStreamOverrun: z.enum(['cut', 'finish']).optional(),
  onStateDown: z.enum(['refuse', 'allow']).optional(),
  /** A name in `priority_reservation`. */
  priority: z.string().optional(),
});
export type BudgetPolicy = z.infer<typeof budgetPolicy>;

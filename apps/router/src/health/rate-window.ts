import type { ProviderLimits } from '@tollgate/contracts';

type ProviderLimit = NonNullable<ProviderLimits['requests']>;

const MINUTE_MS = 60_000;
/** Nothing is concluded from one answer for longer than this. */
const LONGEST_MS = 3_600_000;
/** Providers round to seconds, and answers take their time. */
const SLACK_MS = 1_500;

/** What a provider said is left of one of its limits, and what was taken since. */
export interface RateWindow {
  readonly limit: number | null;
  /** At `at`; may fall below 0. */
  remaining: number;
  /** Epoch ms. */
  readonly at: number;
  /** Epoch ms. */
  readonly resetAt: number;
  /** What comes back in a millisecond; 0: nothing before the reset. */
  readonly refill: number;
}

/** `at`: when the provider said so (epoch ms). A reset that it does not name is taken to be a minute away. */
export function windowOf({ limit, remaining, resetMs }: ProviderLimit, at: number): RateWindow {
  const resetAt = at + Math.min(Math.max(resetMs ?? MINUTE_MS, 0), LONGEST_MS);
  const refills = limit !== null && resetMs !== null && isBucket(limit, remaining, resetMs);
  return { limit, remaining, at, resetAt, refill: refills ? limit / MINUTE_MS : 0 };
}

/**
 * OpenAI, Groq and Anthropic fill a bucket evenly and tell when it will be full; others start anew with each minute. A bucket
 * of a minute gives itself away: the time until it is full is the minute's share that is used.
 */
function isBucket(limit: number, remaining: number, resetMs: number): boolean {
  const expectedMs = (MINUTE_MS * (limit - remaining)) / limit;
  return Math.abs(resetMs - expectedMs) <= expectedMs * 0.1 + SLACK_MS && remaining < limit;
}

/**
 * What holds after another answer. Answers overtake each other, and what a provider says leaves out what is on its way to it:
 * within one window the lesser number is the better one.
 */
export function merged(known: RateWindow | undefined, next: RateWindow): RateWindow {
  if (known === undefined || wholeAt(known) <= next.at) return next;
  if (next.at < known.at) return known;
  const isSameWindow = known.refill === 0 && next.refill === 0 && next.resetAt <= known.resetAt + SLACK_MS;
  return isSameWindow ? { ...next, remaining: Math.min(known.remaining, next.remaining) } : next;
}

/** When the limit is whole again (epoch ms): from then on nothing is known. */
export const wholeAt = ({ limit, remaining, at, resetAt, refill }: RateWindow): number =>
  refill === 0 || limit === null ? resetAt : at + (limit - remaining) / refill;

/** The first moment (epoch ms) at which so much is left; null: now. */
export function roomAt(window: RateWindow, amount: number, now: number): number | null {
  const { limit, remaining, at, resetAt, refill } = window;
  if (now >= wholeAt(window)) return null;
  // What is more than the whole limit has to be let go at some time.
  const needed = Math.min(amount, limit ?? amount);
  if (remaining >= needed) return null;
  if (refill === 0) return resetAt;
  const filledAt = Math.ceil(at + (needed - remaining) / refill);
  return filledAt > now ? filledAt : null;
}

import { z } from 'zod';

export const address = z.object({ process: z.string(), slot: z.number().int() });

/** First message of a call, and of every attempt at it; the body follows when it is small. */
export const envelope = z.object({
  id: z.string(),
  header: z.unknown(),
  caller: address,
  /** Who wants the outcome; absent for the first handler of a call. */
  forwarder: address.optional(),
  /** The forwarder wants to hear from the caller whether it took the attempt's head. Absent: no. */
  competes: z.boolean().optional(),
  /** How many attempts have broken off before, for this one to go on. Absent: none. */
  turn: z.number().int().positive().optional(),
  /** Not a point in time: clocks of two machines differ. */
  remainingMs: z.number(),
  windowBytes: z.number().int().positive(),
  bodyBytes: z.number().int().nonnegative(),
});
export type Envelope = z.infer<typeof envelope>;

/** A body up to this travels with the call, a larger one is pulled in chunks. */
export const MAX_INLINE_BYTES = 512 * 1024;
export const CHUNK_BYTES = 256 * 1024;

export const pullRequest = z.object({
  from: z.number().int().nonnegative(),
  count: z.number().int().positive(),
});
export const credit = z.object({ total: z.number().nonnegative() });

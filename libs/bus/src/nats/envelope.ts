import { z } from 'zod';
import { encodeWithBody } from './frames.js';

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
  /** The body would fit into a message, but not beside this header: it is pulled. Absent: no. */
  pullsBody: z.boolean().optional(),
});
export type Envelope = z.infer<typeof envelope>;

/** A body up to this travels with the call, a larger one is pulled in chunks. */
export const MAX_INLINE_BYTES = 512 * 1024;
export const CHUNK_BYTES = 256 * 1024;

/** Header and body stay below NATS's 1 MiB payload together. */
const MAX_CALL_BYTES = 900 * 1024;
const NO_BODY = new Uint8Array(0);

/** The first message of a call. `body` is what this process has of it: all of it, or nothing when it was not in its own message. */
export function encodeCall(envelope: Envelope, body: Uint8Array): Buffer {
  const isAtHand = body.length === envelope.bodyBytes;
  const travels = envelope.bodyBytes <= MAX_INLINE_BYTES;
  if (isAtHand && travels) {
    const message = encodeWithBody(envelope, body);
    if (message.length <= MAX_CALL_BYTES) return message;
  }
  return encodeWithBody(travels ? { ...envelope, pullsBody: true } : envelope, NO_BODY);
}

export const pullRequest = z.object({
  from: z.number().int().nonnegative(),
  count: z.number().int().positive(),
});
export const credit = z.object({ total: z.number().nonnegative() });

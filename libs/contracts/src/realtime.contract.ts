import { z } from 'zod';
import { defineRequest } from './contract.js';

/** The body of the call that a session is. */
export const sessionRequest = z.object({
  /** What its caller asks the provider for in the query, beside the model. */
  query: z.record(z.string(), z.string()),
});
export type SessionRequest = z.infer<typeof sessionRequest>;

/** Bytes of a session's input in one request; more follow when these are taken. */
export const MAX_INPUT_BYTES = 256 * 1024;

const sessionInput = z.object({
  /** The attempt that holds the session. */
  attemptId: z.string(),
  /** Bytes of this session that were sent before. */
  position: z.number().int().nonnegative(),
  /** Records of the caller's messages, base64. A record may be in several pieces, and several in one. */
  data: z.string().max(Math.ceil(MAX_INPUT_BYTES / 3) * 4),
});
export type SessionInput = z.infer<typeof sessionInput>;

/**
 * ingress → the worker that holds a session, at the address in the head of its answer. Answered when the provider's socket has taken
 * what is in it; one is under way at a time.
 */
export const realtimeInput = defineRequest('tollgate.realtime.input.*', {
  service: 'worker',
  isAddressed: true,
  input: sessionInput,
  reply: z.object({}),
});

import type { Authority } from '../auth/authority.js';
import type { Caller } from '../auth/caller.js';
import type { Notice } from '../models/deprecations.js';

/** What the gateway knows of a call before its answer begins; error answers and metrics need it too. */
export interface CallContext {
  readonly id: string;
  /** What the client knows the call by: its own `x-litellm-call-id`, or ours. */
  readonly clientId: string;
  /** Label of bounded cardinality: a configured name, or `other`. */
  readonly modelLabel: string;
  /** The model's name is on its way out: the answer says so. */
  readonly notice: Notice | undefined;
  /** When the request was there, by `performance.now()`. */
  readonly startedAt: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that asks for a key. */
    caller: Caller | null;
    /** Set on routes for info and management. */
    authority: Authority | null;
    call: CallContext | null;
  }
}

import { z } from 'zod';
import { defineRequest } from './contract.js';
import { actor } from './directory.contract.js';
import { nanos } from './limits.js';
import { scopeRef } from './scope.js';

/**
 * ingress → billing: counters (`counterName`) that shared state does not know. Billing sets them to what the ledger holds, in turn
 * with its own charges, so that nothing is counted twice. Answered once they are set.
 */
export const seedCounters = defineRequest('tollgate.budget.seed', {
  service: 'billing',
  input: z.object({ counters: z.array(z.string()).min(1).max(200) }),
  reply: z.object({ seeded: z.number().int() }),
});

/**
 * worker → ingress (any replica): an answer is about to cost more than was reserved for its call. The reply is what may be spent on
 * the call in all; less than `toNanos` when that is all there is.
 */
export const extendReservation = defineRequest('tollgate.budget.extend', {
  service: 'ingress',
  input: z.object({
    /** Of the sending (`sendingId`). */
    callId: z.string(),
    toNanos: nanos,
    /** Reserve it even when no budget has room (`onStreamOverrun: finish`). */
    force: z.boolean(),
  }),
  reply: z.object({ heldNanos: nanos }),
});

/**
 * worker → ingress (any replica): what an attempt was billed that did not answer its call. The settlement will not tell, so it is
 * taken off the reservation until the ledger has it.
 */
export const oweAttempt = defineRequest('tollgate.budget.owe', {
  service: 'ingress',
  input: z.object({
    /** Of the sending (`sendingId`). */
    callId: z.string(),
    attemptId: z.string(),
    costNanos: nanos,
  }),
  reply: z.object({}),
});

/**
 * Sets what a scope is seen to have spent (LiteLLM's `reset_spend`): a correction that is added to the ledger, for the running window
 * of each of its budgets. Fails with `invalid_request` when it is more than was spent.
 */
export const resetSpend = defineRequest('tollgate.budget.reset', {
  service: 'billing',
  input: z.object({ actor, scope: scopeRef, toNanos: nanos }),
  reply: z.object({ previousNanos: z.number().int(), spendNanos: z.number().int() }),
});

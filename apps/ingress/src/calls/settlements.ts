import type { AdmitRequest, SettleRequest, State } from '@tollgate/state';
import type { BudgetQueue } from '../budgets/budget-queue.js';
import { stateFailed } from '../events.js';
import type { Settlement } from './pass.js';

/** Shared state that was away is back by one of these, or it was away for long. */
const SETTLE_AGAIN_MS = [1_000, 4_000, 15_000, 60_000];

/** What calls hold in shared state is replaced by what they were. */
export class Settlements {
  constructor(
    private readonly state: State,
    private readonly queue: BudgetQueue,
  ) {}

  /** Not awaited by the answer: leases end by themselves should this fail, and billing settles too. */
  settle(
    { callId, scopes, tokens: admittedTokens, now: admittedAt }: AdmitRequest,
    { tokens, costNanos, attemptId }: Settlement,
    { holds, counters }: { readonly holds: boolean; readonly counters: readonly string[] },
  ): void {
    const money = holds ? { costNanos, ...(attemptId !== undefined && { attemptId }) } : {};
    const request = { callId, scopes, admittedAt, admittedTokens, tokens, ...money };
    this.trySettling(request, counters, holds ? SETTLE_AGAIN_MS : []);
  }

  /** Again after these pauses: a reservation that nobody settles stands in the way of others until it is swept. */
  private trySettling(
    request: SettleRequest,
    counters: readonly string[],
    [pause, ...further]: readonly number[],
  ): void {
    const settled = this.state.settle(request);
    if (settled === undefined) {
      this.queue.ended(counters);
      return;
    }
    settled
      .then(() => this.queue.ended(counters))
      .catch((cause: unknown) => {
        stateFailed('settle', cause, request.callId);
        if (pause !== undefined)
          setTimeout(() => this.trySettling(request, counters, further), pause).unref();
      });
  }
}

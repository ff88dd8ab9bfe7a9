import type { ScopeStand, ScopeUse } from '../admission.js';
import type { AdmitRequest, Scope } from '../state.js';
import { end, type Lease } from './leases.js';
import type { ScopeCounts, Window } from './scope-counts.js';

/** A call at one of its scopes: where the counters stand, and, once it was let in, what it takes there. */
export class ScopePlace implements ScopeStand {
  use: ScopeUse;
  private lease: Lease | undefined;
  /** The one in which its tokens count. */
  private window: Window | undefined;

  constructor(
    readonly scope: Scope,
    private readonly counts: ScopeCounts,
    now: number,
  ) {
    this.use = counts.use(scope, now);
  }

  /** Counts the call; the counters stand as they do after it. */
  take(request: AdmitRequest): void {
    const { scope, counts } = this;
    const window = counts.charge(scope, request);
    if (scope.tokensPerMinute !== null) this.window = window;
    this.lease = counts.lease(scope, request);
    this.use = counts.use(scope, request.now);
  }

  /** The call is over, and took so many more tokens than it was counted with. */
  leave(moreTokens: number): void {
    if (this.lease !== undefined) end(this.lease);
    if (this.window !== undefined) this.window.tokens += moreTokens;
  }
}

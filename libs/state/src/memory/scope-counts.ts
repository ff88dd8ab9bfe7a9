import { KEEP_MS, WINDOW_MS, windowOf, type ScopeUse } from '../admission.js';
import type { AdmitRequest, Scope } from '../state.js';
import { Leases, type Lease } from './leases.js';

/** The counters of a scope in one minute. */
export interface Window {
  readonly minute: number;
  requests: number;
  tokens: number;
}

/** A call may be judged after one that came later: by the minute in which it began. */
const KEPT_WINDOWS = 3;

/** What a scope's calls use. */
export class ScopeCounts {
  /** The newest first. */
  private readonly windows: Window[] = [];
  readonly leases = new Leases();

  /** `earliestLease` is looked up when calls in flight are limited. */
  use(scope: Scope, now: number): ScopeUse {
    const window = this.find(windowOf(now));
    return {
      requests: window?.requests ?? 0,
      tokens: window?.tokens ?? 0,
      earliestLease: scope.maxParallelRequests === null ? 0 : this.leases.earliest(now),
      inFlight: scope.maxParallelRequests === null ? 0 : this.leases.count(now),
    };
  }

  /** Counts a request; answers the window that it is counted in, if any. */
  charge({ requestsPerMinute, tokensPerMinute }: Scope, { now, tokens }: AdmitRequest): Window | undefined {
    if (requestsPerMinute === null && tokensPerMinute === null) return undefined;
    const minute = windowOf(now);
    const window = this.find(minute) ?? this.begin(minute);
    window.requests += 1;
    window.tokens += tokens;
    return window;
  }

  lease({ maxParallelRequests }: Scope, { leaseUntil }: AdmitRequest): Lease | undefined {
    return maxParallelRequests === null ? undefined : this.leases.begin(leaseUntil);
  }

  /** Nothing of it can decide anything any more. */
  isOver(now: number): boolean {
    const newest = this.windows[0];
    const keepUntil = newest === undefined ? 0 : newest.minute * WINDOW_MS + KEEP_MS;
    return keepUntil <= now && this.leases.count(now) === 0;
  }

  private find(minute: number): Window | undefined {
    if (this.windows[0]?.minute === minute) return this.windows[0];
    return this.windows.find((window) => window.minute === minute);
  }

  private begin(minute: number): Window {
    const window: Window = { minute, requests: 0, tokens: 0 };
    const place = this.windows.findIndex((other) => other.minute < minute);
    this.windows.splice(place < 0 ? this.windows.length : place, 0, window);
    if (this.windows.length > KEPT_WINDOWS) this.windows.pop();
    return window;
  }
}

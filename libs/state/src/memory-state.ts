import {
  KEEP_MS,
  LIMIT_KINDS,
  granted,
  limitOf,
  limitingScopes,
  refused,
  usedOf,
  windowOf,
  type ScopeUse,
} from './admission.js';
import { CoolingView } from './cooling-view.js';
import type { Admission, AdmitRequest, LimitKind, Scope, SettleRequest, State } from './state.js';

/** Records of calls that are kept at most; the oldest go first. */
const MAX_CALLS = 200_000;

/** The counters of one scope in one minute. */
interface Window {
  requests: number;
  tokens: number;
  keepUntil: number;
}

/** A granted call: what it was told, and whether its tokens may still be corrected. */
interface Call {
  readonly answer: Admission;
  open: boolean;
  readonly keepUntil: number;
}

/** The state of a single process. Never fails, forgets what ran out, and is empty after a restart. */
export class MemoryState implements State {
  private readonly windows = new Map<string, Window>();
  /** Scope → call id → end of its lease. */
  private readonly leases = new Map<string, Map<string, number>>();
  private readonly calls = new Map<string, Call>();
  private readonly view: CoolingView;
  private readonly now: () => number;
  private readonly sweeper: NodeJS.Timeout;

  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.now = now;
    this.view = new CoolingView(now);
    this.sweeper = setInterval(() => this.sweep(), KEEP_MS / 4).unref();
  }

  admit(request: AdmitRequest): Promise<Admission> {
    const known = this.calls.get(request.callId);
    if (known !== undefined) return Promise.resolve(known.answer);
    const scopes = limitingScopes(request.scopes);
    if (scopes.length === 0) return Promise.resolve({ granted: true, remaining: [] });
    for (const scope of scopes) {
      const use = this.useOf(scope, request.now);
      const kind = LIMIT_KINDS.find((kind) => isOver(scope, kind, use, request.tokens));
      if (kind !== undefined) return Promise.resolve(refused(scope, kind, use, request.now));
    }
    for (const scope of scopes) this.charge(scope, request);
    const uses = scopes.map((scope) => this.useOf(scope, request.now));
    const answer = granted(scopes, uses, request.now);
    this.remember(request.callId, { answer, open: true, keepUntil: this.now() + KEEP_MS });
    return Promise.resolve(answer);
  }

  settle(request: SettleRequest): Promise<void> {
    const call = this.calls.get(request.callId);
    const delta =
      call?.open === true && request.tokens !== null ? request.tokens - request.admittedTokens : 0;
    if (call !== undefined) call.open = false;
    for (const scope of limitingScopes(request.scopes)) {
      this.release(scope, request.callId);
      const window = this.windows.get(windowKey(scope, request.admittedAt));
      if (window !== undefined && scope.tokensPerMinute !== null) window.tokens += delta;
    }
    return Promise.resolve();
  }

  cool(deploymentId: string, until: number): Promise<void> {
    this.view.add(deploymentId, until);
    return Promise.resolve();
  }

  cooling(): ReadonlyMap<string, number> {
    return this.view.current();
  }

  isConnected(): boolean {
    return true;
  }

  close(): Promise<void> {
    clearInterval(this.sweeper);
    return Promise.resolve();
  }

  private useOf(scope: Scope, now: number): ScopeUse {
    const window = this.windows.get(windowKey(scope, now));
    const leases = this.leases.get(scope.id);
    let earliestLease = 0;
    for (const [callId, until] of leases ?? []) {
      if (until <= now) leases?.delete(callId);
      else if (earliestLease === 0 || until < earliestLease) earliestLease = until;
    }
    const { requests, tokens } = window ?? NOTHING;
    return { requests, tokens, inFlight: leases?.size ?? 0, earliestLease };
  }

  private charge(scope: Scope, { callId, now, tokens, leaseUntil }: AdmitRequest): void {
    if (scope.requestsPerMinute !== null || scope.tokensPerMinute !== null) {
      const key = windowKey(scope, now);
      const { requests, tokens: before } = this.windows.get(key) ?? NOTHING;
      const keepUntil = this.now() + KEEP_MS;
      this.windows.set(key, { requests: requests + 1, tokens: before + tokens, keepUntil });
    }
    if (scope.maxParallelRequests === null) return;
    const leases = this.leases.get(scope.id) ?? new Map<string, number>();
    this.leases.set(scope.id, leases.set(callId, leaseUntil));
  }

  private release(scope: Scope, callId: string): void {
    const leases = this.leases.get(scope.id);
    if (leases?.delete(callId) === true && leases.size === 0) this.leases.delete(scope.id);
  }

  private remember(callId: string, call: Call): void {
    this.calls.set(callId, call);
    if (this.calls.size <= MAX_CALLS) return;
    const [oldest] = this.calls.keys();
    if (oldest !== undefined) this.calls.delete(oldest);
  }

  private sweep(): void {
    const now = this.now();
    for (const [key, { keepUntil }] of this.windows) if (keepUntil <= now) this.windows.delete(key);
    for (const [scopeId, leases] of this.leases) {
      for (const [callId, until] of leases) if (until <= now) leases.delete(callId);
      if (leases.size === 0) this.leases.delete(scopeId);
    }
    // Calls were remembered in the order of their time: the first one to keep ends the sweep.
    for (const [callId, { keepUntil }] of this.calls) {
      if (keepUntil > now) break;
      this.calls.delete(callId);
    }
  }
}

const NOTHING = { requests: 0, tokens: 0 };

const windowKey = (scope: Scope, now: number): string => `${scope.id}:${String(windowOf(now))}`;

function isOver(scope: Scope, kind: LimitKind, use: ScopeUse, tokens: number): boolean {
  const limit = limitOf(scope, kind);
  return limit !== null && usedOf(use, kind) + (kind === 'tokens' ? tokens : 1) > limit;
}

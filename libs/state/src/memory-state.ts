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
import { CallRecords } from './call-records.js';
import { CircuitTable } from './circuit-table.js';
import type {
  Admission,
  AdmitRequest,
  LimitKind,
  Scope,
  SettleRequest,
  SharedCircuit,
  State,
} from './state.js';

/** The counters of one scope in one minute. */
interface Window {
  requests: number;
  tokens: number;
  keepUntil: number;
}

/** The state of a single process. Never fails, forgets what ran out, and is empty after a restart. */
export class MemoryState implements State {
  private readonly windows = new Map<string, Window>();
  /** Scope → call id → end of its lease. */
  private readonly leases = new Map<string, Map<string, number>>();
  private readonly calls = new CallRecords();
  private readonly table: CircuitTable;
  private readonly now: () => number;
  private readonly sweeper: NodeJS.Timeout;

  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.now = now;
    this.table = new CircuitTable(now);
    this.sweeper = setInterval(() => this.sweep(), KEEP_MS / 4).unref();
  }

  admit(request: AdmitRequest): Promise<Admission> {
    const known = this.calls.answerTo(request.callId);
    if (known !== undefined) return Promise.resolve(known);
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
    this.calls.open(request.callId, { answer, keepUntil: this.now() + KEEP_MS });
    return Promise.resolve(answer);
  }

  settle(request: SettleRequest): Promise<void> {
    const wasOpen = this.calls.close(request.callId);
    const delta = wasOpen && request.tokens !== null ? request.tokens - request.admittedTokens : 0;
    for (const scope of limitingScopes(request.scopes)) {
      this.release(scope, request.callId);
      const window = this.windows.get(windowKey(scope, request.admittedAt));
      if (window !== undefined && scope.tokensPerMinute !== null) window.tokens += delta;
    }
    return Promise.resolve();
  }

  openCircuit(deploymentId: string, until: number): Promise<void> {
    this.table.open(deploymentId, Math.ceil(until));
    return Promise.resolve();
  }

  closeCircuit(deploymentId: string, until: number): Promise<void> {
    this.table.close(deploymentId, until);
    return Promise.resolve();
  }

  claimProbe(deploymentId: string, leaseMs: number): Promise<boolean> {
    return Promise.resolve(this.table.claim(deploymentId, leaseMs));
  }

  releaseProbe(deploymentId: string): Promise<void> {
    this.table.release(deploymentId);
    return Promise.resolve();
  }

  circuits(): ReadonlyMap<string, SharedCircuit> {
    return this.table.current();
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

  private sweep(): void {
    const now = this.now();
    for (const [key, { keepUntil }] of this.windows) if (keepUntil <= now) this.windows.delete(key);
    for (const [scopeId, leases] of this.leases) {
      for (const [callId, until] of leases) if (until <= now) leases.delete(callId);
      if (leases.size === 0) this.leases.delete(scopeId);
    }
    this.calls.sweep(now);
  }
}

const NOTHING = { requests: 0, tokens: 0 };

const windowKey = (scope: Scope, now: number): string => `${scope.id}:${String(windowOf(now))}`;

function isOver(scope: Scope, kind: LimitKind, use: ScopeUse, tokens: number): boolean {
  const limit = limitOf(scope, kind);
  return limit !== null && usedOf(use, kind) + (kind === 'tokens' ? tokens : 1) > limit;
}

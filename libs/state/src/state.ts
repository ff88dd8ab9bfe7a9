import type { BudgetLimit, BudgetState, BudgetUse, CallCost } from './budgets.js';
import type { TextCache, TextState } from './texts.js';

/**
 * Counters, health and texts that replicas share. Two adapters (Redis, memory) pass one contract suite.
 * A Redis that does not answer within 50 ms rejects with `GatewayError('service_unavailable')`: the caller decides
 * (`on_state_down`). Nothing waits for a Redis that is away.
 */
export interface State extends BudgetState, TextState {
  /** Answers that may be given again. */
  readonly cache: TextCache;

  /**
   * One atomic operation over all scopes and budgets of a call: either every limit has room and all are charged, or none is.
   * Windows are fixed minutes of the epoch, part of the counter's name, so there is nothing to reset. Calls in flight are
   * leases that end by themselves at `leaseUntil`, so a dead ingress leaves no hold behind. Idempotent by `callId` and `now`.
   * At once where nobody has to be asked.
   */
  admit(request: AdmitRequest): Admission | Promise<Admission>;

  /**
   * Ends the leases of a call that was admitted, replaces the token estimate by the true count (null: keep the estimate), and
   * what it holds by what it owes (null: keep the hold). Idempotent: what is told first counts. At once where nobody has to be
   * told.
   */
  settle(request: SettleRequest): void | Promise<void>;

  /**
   * Takes a deployment out until `until` (epoch ms), on every replica in under a second. A later deadline wins, an earlier one
   * never shortens, one that is over is ignored. This replica knows at once; a rejection says that the others do not yet.
   */
  openCircuit(deploymentId: string, until: number): Promise<void>;

  /**
   * The deployment is well again: tells every replica. `until` is the deadline that the caller saw when its probe began: a
   * circuit that was opened anew in the meantime, wherever that was, stays open. Rejects as `openCircuit` does.
   */
  closeCircuit(deploymentId: string, until: number): Promise<void>;

  /**
   * Asks for the one probe of a half-open circuit; at most one replica has it. It ends with `closeCircuit`, `openCircuit`,
   * `releaseProbe`, or by itself after `leaseMs`. False when another has it or the circuit is not half-open. Never rejects: if
   * Redis cannot be asked, this replica decides by what it knows.
   */
  claimProbe(deploymentId: string, leaseMs: number): Promise<boolean>;

  /** Gives up a probe that proved nothing. Only the replica that claimed it can. Rejects as `openCircuit` does. */
  releaseProbe(deploymentId: string): Promise<void>;

  /**
   * Circuits that are open (`until` in the future) or half-open (it is over, and nobody closed it). One that stays half-open for
   * ten minutes is forgotten. A local, always current view: no I/O.
   */
  circuits(): ReadonlyMap<string, SharedCircuit>;

  isConnected(): boolean;
  close(): Promise<void>;
}

/** Times are epoch milliseconds. */
export interface SharedCircuit {
  readonly until: number;
  /** End of the lease of the probe that is under way; null: there is none. */
  readonly probingUntil: number | null;
  /** How often it was opened in a row: 1 at first, more when probes failed. */
  readonly opens: number;
}

export interface Scope {
  /** For example `key:{hash}`. */
  readonly id: string;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly maxParallelRequests: number | null;
  readonly share?: CapacityShare;
}

/** A reserved share of a capacity: the scope's limits bind only while the capacity is used enough. */
export interface CapacityShare {
  /**
   * The id of the scope that is shared; it is among the scopes of the call (if not, the limits bind). Each limit looks at the
   * same limit of that scope.
   */
  readonly of: string;
  /** From this part of the capacity's limit on, for example 0.8. */
  readonly saturation: number;
}

export interface AdmitRequest {
  readonly callId: string;
  readonly scopes: readonly Scope[];
  /** Absent: none. */
  readonly budgets?: readonly BudgetLimit[];
  /** null and absent: the call is free and asks no budget. */
  readonly cost?: CallCost | null;
  readonly tokens: number;
  /** Epoch milliseconds, from the caller's clock so that tests can fake it. */
  readonly now: number;
  readonly leaseUntil: number;
}

export interface SettleRequest {
  readonly callId: string;
  readonly scopes: readonly Scope[];
  /** The `now` and `tokens` of the admission. */
  readonly admittedAt: number;
  readonly admittedTokens: number;
  readonly tokens: number | null;
  /** What the call cost; null: unknown. Absent: the call holds no money (`heldNanos` of its admission was null). */
  readonly costNanos?: number | null;
  /** The attempt that the cost is of, or whose cost is unknown. Absent: the cost is the whole call's. */
  readonly attemptId?: string;
}

export type LimitKind = 'requests' | 'tokens' | 'max_parallel_requests';

export type Admission = Granted | RateRefusal | BudgetRefusal | Unseeded;

export interface Granted {
  readonly granted: true;
  readonly remaining: readonly Remaining[];
  /** What is reserved for the call on each of its counters; null: no budget binds it. */
  readonly heldNanos: number | null;
  /** After this call. */
  readonly budgets: readonly BudgetUse[];
}

export interface RateRefusal {
  readonly granted: false;
  readonly kind: LimitKind;
  readonly scope: string;
  readonly limit: number;
  readonly remaining: number;
  /** Epoch milliseconds; for calls in flight: the earliest lease end. */
  readonly resetAt: number;
}

/**
 * A budget has no room for the least that the call costs. While its maximum less `spent` and `due` still has, waiting may help: what
 * open calls hold is in the way. A budget for which it does not is named first.
 */
export interface BudgetRefusal extends BudgetUse {
  readonly granted: false;
  readonly kind: 'budget';
  readonly scope: string;
  readonly window: string | null;
  readonly resetAt: number | null;
}

/** Counters must be seeded before the call can be judged: their window began before shared state began to count. */
export interface Unseeded {
  readonly granted: false;
  readonly kind: 'unseeded';
  readonly counters: readonly string[];
}

/** What is left after this call, for the `x-ratelimit-*` headers. */
export interface Remaining {
  readonly scope: string;
  readonly kind: LimitKind;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
}

/**
 * Counters and health that replicas share. Two adapters (Redis, memory) pass one contract suite.
 * A Redis that does not answer within 50 ms rejects with `GatewayError('service_unavailable')`: the caller decides
 * (`on_state_down`). Nothing waits for a Redis that is away.
 */
export interface State {
  /**
   * One atomic operation over all scopes of a call: either every limit has room and all are charged, or none is.
   * Windows are fixed minutes of the epoch, part of the counter's name, so there is nothing to reset. Calls in flight are
   * leases that end by themselves at `leaseUntil`, so a dead ingress leaves no hold behind. Idempotent by `callId` and `now`.
   */
  admit(request: AdmitRequest): Promise<Admission>;

  /**
   * Ends the leases of a call that was admitted and replaces the token estimate by the true count (null: keep the estimate).
   * Idempotent.
   */
  settle(request: SettleRequest): Promise<void>;

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
}

export interface AdmitRequest {
  readonly callId: string;
  readonly scopes: readonly Scope[];
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
}

export type LimitKind = 'requests' | 'tokens' | 'max_parallel_requests';

export type Admission =
  | { readonly granted: true; readonly remaining: readonly Remaining[] }
  | {
      readonly granted: false;
      readonly scope: string;
      readonly kind: LimitKind;
      readonly limit: number;
      readonly remaining: number;
      /** Epoch milliseconds; for calls in flight: the earliest lease end. */
      readonly resetAt: number;
    };

/** What is left after this call, for the `x-ratelimit-*` headers. */
export interface Remaining {
  readonly scope: string;
  readonly kind: LimitKind;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
}

import type { CallHeader, ScopeRecord } from '@tollgate/contracts';
import type { AdmitRequest } from '@tollgate/state';
import type { Caller } from '../auth/caller.js';
import type { PricedCost } from '../budgets/call-prices.js';

/** A call that wants to be let in. */
export interface Entrance {
  readonly header: CallHeader;
  readonly caller: Caller;
  /** What may bind the call. */
  readonly records: readonly ScopeRecord[];
  /** The name after the caller's own aliases. */
  readonly model: string;
  readonly cacheMarked: boolean;
  /** Another model has been taken already, for the want of a budget. */
  readonly isFallback?: boolean;
  /** Of a call that is no model's: what it costs, null for nothing. Absent: it is estimated. */
  readonly cost?: PricedCost | null;
  /** Nobody is asked for the answer: it counts as a request, and for nothing else. */
  readonly isFree?: boolean;
  /** Made for another call, which has been counted: budgets alone bind it. */
  readonly isInner?: boolean;
}

/** The call is not let in as it is: its key wants another model to be asked. */
export interface Detour {
  readonly model: string;
}

/** A call at the door, and what it is asked for. */
export interface Asked {
  readonly request: AdmitRequest;
  readonly entrance: Entrance;
  /** What the call is charged to, whether or not anything is reserved for it. */
  readonly counters: readonly string[];
  readonly cost: PricedCost | null;
}

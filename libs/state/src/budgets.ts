/**
 * The money of calls. A counter is one budget of one scope in one window (`counterName`): what is `spent` (in the ledger), `due`
 * (settled, not yet in the ledger) and `held` (reserved for open calls). A budget has room for its maximum less all three. All
 * amounts are whole nano-dollars below 2^53; times are epoch milliseconds.
 */
export interface BudgetState {
  /**
   * Raises what is held for a call that is not settled, on all of its counters, as far as every budget has room; with `force`
   * all of it. Never lowers. Any replica can: the call's record knows its counters and their maxima. Answers what is held
   * now; 0 for a call that is unknown.
   */
  extend(request: ExtendRequest): Promise<{ readonly heldNanos: number }>;

  /**
   * An attempt that does not end its call has cost so much, and the ledger will take it in: it is owed from now on, and no longer
   * held. Once an attempt; nothing for one that is charged or a call that is unknown.
   */
  owe(request: OweRequest): Promise<void>;

  /**
   * What the ledger has taken in: adds it to `spent` of the counters that are named, and takes as much off what the call owes or
   * holds. Once an attempt; one that was `unknown` may be replaced by what is known, which charges the difference. A counter
   * that is not seeded yet is left alone: its seed will hold the amount. When it rejects, the same items may be told again.
   */
  charge(items: readonly Charge[]): Promise<void>;

  /** Sets what is `spent` of counters that are unknown; one that is known is never overwritten. Answers the names that were set. */
  seed(seeds: readonly Seed[]): Promise<readonly string[]>;

  /** Adds to `spent` (negative: takes off) of a counter. False: it is unknown, its seed will tell. Not idempotent. */
  correct(counter: string, deltaNanos: number): Promise<boolean>;

  /** What counters stand at, in the order of the names; null: unknown, the ledger knows. */
  counters(names: readonly string[]): Promise<readonly (CounterReading | null)[]>;

  /**
   * Releases what calls hold or owe whose lease ended at or before a time, at most `limit` of them; for use when no usage waits to
   * be charged. A call with an `unknown` attempt keeps its hold until that is known or its counters have ended.
   */
  sweepHolds(request: SweepRequest): Promise<readonly ReleasedHold[]>;
}

/** A hard budget that binds a call. */
export interface BudgetLimit {
  /** `counterName`: its last part is the start of the window. */
  readonly counter: string;
  /** `team:7`, for refusals. */
  readonly scope: string;
  readonly window: string | null;
  readonly maxNanos: number;
  /** The end of the window; null: it has none. */
  readonly resetAt: number | null;
  /**
   * Since when calls are charged to this counter, if that may be later than the window's start: a budget that was set in the
   * middle of a window has to be seeded. Absent: since the window began.
   */
  readonly countedSince?: number;
}

/** What a call costs at least (its input), probably, and at most. */
export interface CallCost {
  readonly leastNanos: number;
  readonly likelyNanos: number;
  readonly mostNanos: number;
}

export interface CounterReading {
  readonly counter: string;
  readonly spentNanos: number;
  readonly dueNanos: number;
  readonly heldNanos: number;
}

/** A budget and where it stands. */
export interface BudgetUse extends CounterReading {
  readonly maxNanos: number;
}

export interface ExtendRequest {
  readonly callId: string;
  readonly toNanos: number;
  readonly force: boolean;
}

export interface OweRequest {
  readonly callId: string;
  readonly attemptId: string;
  readonly costNanos: number;
}

export interface Charge {
  readonly callId: string;
  readonly attemptId: string;
  readonly counters: readonly string[];
  readonly costNanos: number;
  /** `unknown`: the amount is the least that it cost; what more is held stays so. */
  readonly status: 'complete' | 'partial' | 'unknown' | 'failed';
}

export interface Seed {
  readonly counter: string;
  /** What the ledger holds. */
  readonly nanos: number;
  /** The end of the window, as in `BudgetLimit`. The counter is kept for some days after it. */
  readonly resetAt: number | null;
  /** Names that it had before (the key was rotated): what open calls hold and owe there, they hold and owe here too. */
  readonly former?: readonly string[];
}

export interface SweepRequest {
  readonly before: number;
  readonly limit: number;
}

export interface ReleasedHold {
  readonly callId: string;
  readonly heldNanos: number;
  readonly dueNanos: number;
}

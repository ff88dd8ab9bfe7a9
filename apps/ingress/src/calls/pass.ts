import type { KeyRecord } from '@tollgate/contracts';
import type { AdmitRequest, Granted } from '@tollgate/state';
import { formatDollars } from '../dollars.js';
import { keyLimitHeaders, rateLimitHeaders } from './rate-limits.js';

/** How a call ended, for its limits. */
export interface Settlement {
  /** The true count in place of the estimate; null: keep the estimate. */
  readonly tokens: number | null;
  /** null: nobody knows yet, what is held stays held. */
  readonly costNanos: number | null;
  /** The attempt that answered. */
  readonly attemptId?: string;
  /** Of a whole answer: what is learnt for the next call. */
  readonly used?: { readonly prompt: number; readonly completion: number };
}

/** A call that was let in. */
export interface Pass {
  /** For the answer: what is left of each limit. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the call is charged to; empty: no budget binds it. */
  readonly counters: readonly string[];
  /** Nano-dollars that attempts may cost without asking for more; null: no matter what. */
  readonly allowanceNanos: number | null;
  /** Of a stream that may become dearer than its budgets can pay for: what they can pay. */
  readonly ceilingNanos: number | null;
  /** Ends the call's leases and replaces what is reserved by what it was. Never throws; only the first time counts. */
  settle(settlement: Settlement): void;
}

export const FREE_PASS: Pass = {
  headers: {},
  counters: [],
  allowanceNanos: null,
  ceilingNanos: null,
  settle: () => undefined,
};

interface Terms {
  /** What the longest answer would cost. */
  readonly longestNanos: number;
  readonly key: KeyRecord | null;
  readonly counters: readonly string[];
  readonly stream: boolean;
  readonly settle: (settlement: Settlement) => void;
}

export function admittedPass(
  request: AdmitRequest,
  granted: Granted,
  { longestNanos, counters, key, stream, settle }: Terms,
): Pass {
  const { heldNanos } = granted;
  // An answer that comes whole cannot ask for more: where less than the most is held, its length is what has to give.
  const isTight = heldNanos !== null && heldNanos < (request.cost?.mostNanos ?? 0);
  let isSettled = false;
  return {
    headers: {
      ...rateLimitHeaders(granted.remaining, request.now),
      ...keyLimitHeaders(key),
      ...keyBudgetHeaders(granted),
    },
    counters,
    ceilingNanos: stream ? ceilingOf(granted, longestNanos) : null,
    allowanceNanos: stream || isTight ? heldNanos : null,
    settle: (settlement) => {
      if (isSettled) return;
      isSettled = true;
      settle(settlement);
    },
  };
}

/** null: the budgets can pay for the longest answer. */
function ceilingOf({ heldNanos, budgets }: Granted, longestNanos: number): number | null {
  if (heldNanos === null) return null;
  const payable = Math.min(...budgets.map((use) => heldNanos + free(use) - use.heldNanos));
  return payable < longestNanos ? payable : null;
}

/** LiteLLM's: of the key's own budget, the tightest where it has several. */
function keyBudgetHeaders({ budgets }: Granted): Record<string, string> {
  const own = budgets.filter(({ counter }) => counter.startsWith('key:'));
  const [tightest] = own.sort((left, right) => free(left) - free(right));
  if (tightest === undefined) return {};
  return {
    'x-litellm-key-max-budget': formatDollars(tightest.maxNanos),
    'x-litellm-key-spend': formatDollars(tightest.spentNanos + tightest.dueNanos),
  };
}

const free = ({ maxNanos, spentNanos, dueNanos }: Granted['budgets'][number]): number =>
  maxNanos - spentNanos - dueNanos;

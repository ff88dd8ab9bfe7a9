import type { CallHeader, KeyRecord } from '@tollgate/contracts';
import type { AdmitRequest, Granted } from '@tollgate/state';
import type { PricedCost } from '../budgets/call-prices.js';
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

/** Of the call's header. */
type Allowance = Required<Pick<CallHeader, 'allowanceNanos' | 'reservedTokens'>> &
  Pick<CallHeader, 'isTight' | 'ceilingNanos'>;

/** A call that was let in. */
export interface Pass {
  /** For the answer: what is left of each limit. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the call is charged to; empty: no budget binds it. */
  readonly counters: readonly string[];
  /** What attempts may cost; null: no matter what. */
  readonly allowance: Allowance | null;
  /**
   * For another sending of the call, after a router was lost: what that one had reserved stays held until it is known what it
   * cost. Settles this one too. null: no budget has room, or shared state is away.
   */
  renew(resends: number): Promise<Pass | null>;
  /** Ends the call's leases and replaces what is reserved by what it was. Never throws; only the first time counts. */
  settle(settlement: Settlement): void;
}

export const FREE_PASS: Pass = {
  headers: {},
  counters: [],
  allowance: null,
  renew: () => Promise.resolve(FREE_PASS),
  settle: () => undefined,
};

interface Terms {
  /** null: the call is free. */
  readonly cost: PricedCost | null;
  readonly key: KeyRecord | null;
  readonly counters: readonly string[];
  readonly stream: boolean;
  readonly renew: Pass['renew'];
  readonly settle: (settlement: Settlement) => void;
}

export function admittedPass(
  request: AdmitRequest,
  granted: Granted,
  { cost, counters, key, stream, renew, settle }: Terms,
): Pass {
  let isSettled = false;
  return {
    headers: {
      ...rateLimitHeaders(granted.remaining, request.now),
      ...keyLimitHeaders(key),
      ...keyBudgetHeaders(granted),
    },
    counters,
    allowance: cost === null ? null : allowanceOf(granted, cost, stream),
    renew,
    settle: (settlement) => {
      if (isSettled) return;
      isSettled = true;
      settle(settlement);
    },
  };
}

/** The pass of a call that was sent again: the headers and leases are those of the first. */
export const renewedPass = (former: Pass, pass: Pass): Pass => ({
  ...pass,
  headers: former.headers,
  renew: async (resends) => {
    const renewed = await pass.renew(resends);
    return renewed && renewedPass(former, renewed);
  },
  settle: (settlement) => {
    former.settle({ tokens: settlement.tokens, costNanos: null });
    pass.settle(settlement);
  },
});

function allowanceOf({ heldNanos, budgets }: Granted, cost: PricedCost, stream: boolean): Allowance | null {
  if (heldNanos === null) return null;
  const payable = Math.min(...budgets.map((use) => heldNanos + free(use) - use.heldNanos));
  return {
    allowanceNanos: heldNanos,
    reservedTokens: cost.tokensFor(Math.min(heldNanos, cost.mostNanos)),
    ...(!stream && heldNanos < cost.mostNanos && { isTight: true }),
    ...(stream && payable < cost.longestNanos && { ceilingNanos: payable }),
  };
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

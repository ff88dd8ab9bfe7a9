import type { CallHeader } from '@tollgate/contracts';
import type { BudgetUse, Granted } from '@tollgate/state';
import type { PricedCost } from '../budgets/call-prices.js';
import { formatDollars } from '../dollars.js';
import type { Asked } from './entrance.js';
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

/** Who gives passes, and is told when they end. */
export interface PassDesk {
  /** For another sending; null: it cannot be paid for. */
  again(asked: Asked, resends: number): Promise<Pass | null>;
  settle(asked: Asked, granted: Granted, settlement: Settlement): void;
}

/** The pass of a call that something binds. */
export class AdmittedPass implements Pass {
  readonly headers: Readonly<Record<string, string>>;
  readonly counters: readonly string[];
  readonly allowance: Allowance | null;
  private isSettled = false;

  constructor(
    private readonly desk: PassDesk,
    private readonly asked: Asked,
    private readonly granted: Granted,
  ) {
    const { request, entrance, counters, cost } = asked;
    this.headers = Object.assign(
      rateLimitHeaders(granted.remaining, request.now),
      keyLimitHeaders(entrance.caller.key),
      keyBudgetHeaders(granted),
    );
    this.counters = counters;
    this.allowance = cost === null ? null : allowanceOf(granted, cost, entrance.header.stream);
  }

  async renew(resends: number): Promise<Pass | null> {
    const renewed = await this.desk.again(this.asked, resends);
    return renewed && renewedPass(this, renewed);
  }

  settle(settlement: Settlement): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.desk.settle(this.asked, this.granted, settlement);
  }
}

/** The pass of a call that was sent again: the headers and leases are those of the first. */
const renewedPass = (former: Pass, pass: Pass): Pass => ({
  headers: former.headers,
  counters: pass.counters,
  allowance: pass.allowance,
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
  const reservedTokens = cost.tokensFor(Math.min(heldNanos, cost.mostNanos));
  const allowance: Allowance = { allowanceNanos: heldNanos, reservedTokens };
  if (!stream) {
    if (heldNanos < cost.mostNanos) allowance.isTight = true;
    return allowance;
  }
  let payable = Infinity;
  for (const use of budgets) payable = Math.min(payable, heldNanos + free(use) - use.heldNanos);
  if (payable < cost.longestNanos) allowance.ceilingNanos = payable;
  return allowance;
}

/** LiteLLM's: of the key's own budget, the tightest where it has several. */
function keyBudgetHeaders({ budgets }: Granted): Record<string, string> | null {
  let tightest: BudgetUse | null = null;
  for (const use of budgets) {
    if (!use.counter.startsWith('key:')) continue;
    if (tightest === null || free(use) < free(tightest)) tightest = use;
  }
  if (tightest === null) return null;
  return {
    'x-litellm-key-max-budget': formatDollars(tightest.maxNanos),
    'x-litellm-key-spend': formatDollars(tightest.spentNanos + tightest.dueNanos),
  };
}

const free = ({ maxNanos, spentNanos, dueNanos }: BudgetUse): number => maxNanos - spentNanos - dueNanos;

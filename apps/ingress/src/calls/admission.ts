import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig, type GatewayConfig } from '@tollgate/config';
import {
  GatewayError,
  scopeName,
  seedCounters,
  sendingId,
  type CallHeader,
  type ScopeRecord,
} from '@tollgate/contracts';
import {
  STATE,
  type Admission as Decision,
  type AdmitRequest,
  type BudgetRefusal,
  type Granted,
  type OweRequest,
  type Scope,
  type State,
} from '@tollgate/state';
import { BudgetNews } from '../alerts/budget-news.js';
import type { Caller } from '../auth/caller.js';
import { BudgetQueue, mayHaveRoom } from '../budgets/budget-queue.js';
import { budgetExceeded, refusalStatus } from '../budgets/budget-refusal.js';
import { CallLimitBooks } from '../budgets/call-limit-books.js';
import type { PricedCost } from '../budgets/call-prices.js';
import { Estimates } from '../budgets/estimates.js';
import { callRateLimited, callOverBudget, callWaitedForBudget, stateFailed } from '../events.js';
import { admittedPass, FREE_PASS, renewedPass, type Pass } from './pass.js';
import { rateLimited } from './rate-limits.js';
import { Settlements } from './settlements.js';

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

/** Leases outlive the call's deadline by this, so that a settled call never meets an expired lease. */
const LEASE_MARGIN_MS = 5_000;
/** Counters are seeded once a window; more often only when shared state is lost again meanwhile. */
const MAX_SEEDINGS = 3;
const SEED_TIMEOUT_MS = 8_000;

/** Lets a call in where its limits have room and its budgets can pay for it. A call that nothing binds asks nobody. */
@Injectable()
export class Admission {
  private readonly queue = new BudgetQueue();
  private readonly settlements: Settlements;
  private readonly seedings = new Map<string, Promise<unknown>>();

  constructor(
    @Inject(STATE) private readonly state: State,
    @Inject(BUS) private readonly bus: Bus,
    private readonly config: LiveConfig,
    private readonly books: CallLimitBooks,
    private readonly estimates: Estimates,
    private readonly news: BudgetNews,
  ) {
    this.settlements = new Settlements(state, this.queue);
  }

  /**
   * Rejects with `rate_limited`, `budget_exceeded`, or with `service_unavailable` when state is away and `on_state_down` is
   * `refuse`.
   */
  async admit(entrance: Entrance): Promise<Pass | Detour> {
    const { header, records, model, isFree = false, isInner = false } = entrance;
    const { startedAt: now } = header;
    const limits = this.books.of(records, model, entrance.caller, now);
    if (limits.scopes.length === 0 && limits.budgets.length === 0) return FREE_PASS;
    const cost = isFree || limits.budgets.length === 0 ? null : this.costOf(entrance);
    const request: AdmitRequest = {
      callId: header.id,
      scopes: isInner ? [] : limits.scopes,
      budgets: cost === null ? [] : limits.budgets,
      cost,
      tokens: isFree ? 0 : header.inputTokens,
      now,
      leaseUntil: header.deadline + LEASE_MARGIN_MS,
    };
    const counters = isFree ? [] : limits.budgets.map(({ counter }) => counter);
    const asked: Asked = { request, entrance, counters, cost };
    const decision = await this.decide(asked);
    if (decision === null) return { ...FREE_PASS, counters: asked.counters };
    if (decision.granted) return this.pass(asked, decision);
    if (decision.kind === 'budget') return this.overBudget(asked, decision);
    if (decision.kind === 'unseeded') throw unchecked();
    callRateLimited(decision.kind);
    throw rateLimited(decision, now);
  }

  /** What may be spent on a call that is under way, after asking for more. Rejects as state does. */
  extend(callId: string, toNanos: number, force: boolean): Promise<{ readonly heldNanos: number }> {
    return this.state.extend({ callId, toNanos, force });
  }

  /** An attempt that answered nobody is on the bill. Rejects as state does. */
  owe(request: OweRequest): Promise<void> {
    return this.state.owe(request);
  }

  private costOf(entrance: Entrance): PricedCost | null {
    return entrance.cost === undefined ? this.estimates.costOf(entrance) : entrance.cost;
  }

  private pass(asked: Asked, granted: Granted): Pass {
    const { request, entrance, counters, cost } = asked;
    const { header, model, caller } = entrance;
    const pass = admittedPass(request, granted, {
      cost,
      counters,
      key: caller.key,
      stream: header.stream,
      renew: async (resends) => {
        const renewed = await this.again(asked, resends);
        return renewed && renewedPass(pass, renewed);
      },
      settle: (settlement) => {
        this.settlements.settle(request, settlement, { holds: granted.heldNanos !== null, counters });
        const { used } = settlement;
        if (used !== undefined) this.estimates.learn(model, { estimated: header.inputTokens, ...used });
      },
    });
    return pass;
  }

  /** Another sending of a call, which its rate limits have counted already; null: it cannot be paid for. */
  private async again(asked: Asked, resends: number): Promise<Pass | null> {
    const { id } = asked.entrance.header;
    const request = { ...asked.request, callId: sendingId({ id, resends }), scopes: [] };
    try {
      const decision = await this.weigh(request);
      return decision.granted ? this.pass({ ...asked, request }, decision) : null;
    } catch (cause) {
      stateFailed('admit', cause, request.callId);
      return null;
    }
  }

  /** null: state is away, and the key's calls go on without. */
  private async decide({ request, entrance }: Asked): Promise<Decision | null> {
    try {
      return await this.weigh(request);
    } catch (cause) {
      stateFailed('admit', cause, request.callId);
      const { onStateDown } = entrance.caller.key?.policy ?? {};
      if ((onStateDown ?? this.general.onStateDown) === 'allow') return null;
      throw unchecked(cause);
    }
  }

  /**
   * With room for what the call is likely to cost, or for all that there is when others have settled: a call takes less, and may
   * have to be cut short, only when that does not come about in time.
   */
  private async weigh(request: AdmitRequest): Promise<Decision> {
    const { cost = null } = request;
    if (cost === null) return this.seeded(request);
    const least = Math.max(1, cost.leastNanos);
    const until = Date.now() + this.general.budgets.waitMs;
    for (let want = Math.max(least, cost.likelyNanos); ;) {
      const asked = { ...request, cost: { ...cost, leastNanos: want } };
      const answer = await this.inTurn(asked, want, until);
      if (answer.granted || answer.kind !== 'budget' || want <= least) return answer;
      const left = answer.maxNanos - answer.spentNanos - answer.dueNanos;
      want = Date.now() >= until || left >= want ? least : Math.max(least, left);
    }
  }

  /** Waits while only what open calls hold is in the way of so much. */
  private async inTurn(request: AdmitRequest, nanos: number, until: number): Promise<Decision> {
    const ask = (): Promise<Decision> => this.seeded(request);
    const answer = await ask();
    if (answer.granted || answer.kind !== 'budget' || !mayHaveRoom(answer, nanos)) return answer;
    const began = Date.now();
    const waited = await this.queue.wait(answer, { ask, nanos, until });
    callWaitedForBudget(waited.granted, Date.now() - began);
    return waited;
  }

  /** Counters that shared state does not know are asked of billing first. */
  private async seeded(request: AdmitRequest): Promise<Decision> {
    for (let seedings = 0; ; seedings += 1) {
      const answer = await this.state.admit(request);
      if (answer.granted || answer.kind !== 'unseeded' || seedings >= MAX_SEEDINGS) return answer;
      await this.seed([...answer.counters]);
    }
  }

  /** However many calls find the same counters unknown, billing is asked for them once. */
  private seed(counters: string[]): Promise<unknown> {
    const key = counters.join('\n');
    const running = this.seedings.get(key);
    if (running !== undefined) return running;
    const seeding = this.bus
      .request(seedCounters, { counters }, { timeoutMs: SEED_TIMEOUT_MS })
      .finally(() => this.seedings.delete(key));
    this.seedings.set(key, seeding);
    return seeding;
  }

  private async overBudget(asked: Asked, refusal: BudgetRefusal): Promise<Pass | Detour> {
    const { request, entrance } = asked;
    const { key } = entrance.caller;
    const policy = key?.policy.overBudget;
    callOverBudget(refusal.scope, policy?.action ?? 'reject');
    const spender = entrance.records.find((record) => scopeName(record) === refusal.scope);
    this.news.refused(refusal, spender?.alias ?? null, request.now);
    if (policy?.action === 'fallback' && entrance.isFallback !== true) return { model: policy.model };
    if (policy?.action === 'throttle') {
      const throttled = { ...asked, request: throttledRequest(request, refusal.scope) };
      const decision = await this.decide(throttled);
      if (decision === null) return { ...FREE_PASS, counters: asked.counters };
      if (decision.granted) return this.pass(throttled, decision);
    }
    const status = refusalStatus(policy, this.general.budgets.exceededStatus);
    throw budgetExceeded(refusal, request.now, { key, status });
  }

  private get general(): GatewayConfig['general'] {
    return this.config.current.general;
  }
}

/** A call at the door, and what it is asked for. */
interface Asked {
  readonly request: AdmitRequest;
  readonly entrance: Entrance;
  /** What the call is charged to, whether or not anything is reserved for it. */
  readonly counters: readonly string[];
  readonly cost: PricedCost | null;
}

/** Beyond its budget one call a minute; what it costs still counts. */
function throttledRequest(request: AdmitRequest, scope: string): AdmitRequest {
  const throttle: Scope = {
    id: `${scope}|over budget`,
    requestsPerMinute: 1,
    tokensPerMinute: null,
    maxParallelRequests: null,
  };
  return { ...request, scopes: [...request.scopes, throttle], budgets: [], cost: null };
}

const unchecked = (cause?: unknown): GatewayError =>
  new GatewayError('service_unavailable', 'Limits and budgets cannot be checked at the moment.', {
    cause,
    retryAfterMs: 1_000,
  });

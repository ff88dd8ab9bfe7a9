import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig, type GatewayConfig } from '@tollgate/config';
import { GatewayError, scopeName, seedCounters, sendingId } from '@tollgate/contracts';
import {
  STATE,
  type Admission as Decision,
  type AdmitRequest,
  type BudgetRefusal,
  type CallCost,
  type Granted,
  type OweRequest,
  type Scope,
  type State,
} from '@tollgate/state';
import { BudgetNews } from '../alerts/budget-news.js';
import { BudgetQueue, mayHaveRoom } from '../budgets/budget-queue.js';
import { budgetExceeded, refusalStatus } from '../budgets/budget-refusal.js';
import { CallLimitBooks } from '../budgets/call-limit-books.js';
import type { PricedCost } from '../budgets/call-prices.js';
import { Estimates } from '../budgets/estimates.js';
import { callRateLimited, callOverBudget, callWaitedForBudget, stateFailed } from '../events.js';
import type { Asked, Detour, Entrance } from './entrance.js';
import { AdmittedPass, FREE_PASS, type Pass, type PassDesk, type Settlement } from './pass.js';
import { rateLimited } from './rate-limits.js';
import { Settlements } from './settlements.js';

/** Leases outlive the call's deadline by this, so that a settled call never meets an expired lease. */
const LEASE_MARGIN_MS = 5_000;
/** Counters are seeded once a window; more often only when shared state is lost again meanwhile. */
const MAX_SEEDINGS = 3;
const SEED_TIMEOUT_MS = 8_000;

/** Lets a call in where its limits have room and its budgets can pay for it. A call that nothing binds asks nobody. */
@Injectable()
export class Admission implements PassDesk {
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
   * At once where the store answers at once and there is room. Rejects, or throws, with `rate_limited`, `budget_exceeded`, or with
   * `service_unavailable` when state is away and `on_state_down` is `refuse`.
   */
  admit(entrance: Entrance): Pass | Detour | Promise<Pass | Detour> {
    const { header, records, model, caller, isFree = false, isInner = false } = entrance;
    const { startedAt: now } = header;
    const limits = this.books.of(records, model, caller, now);
    if (limits.scopes.length === 0 && limits.budgets.length === 0) return FREE_PASS;
    const cost = isFree || limits.budgets.length === 0 ? null : this.costOf(entrance);
    const request: AdmitRequest = {
      callId: header.id,
      scopes: isInner ? [] : limits.scopes,
      budgets: cost === null ? [] : limits.budgets,
      cost: cost && asking(cost, likelyNanos(cost)),
      tokens: isFree ? 0 : header.inputTokens,
      now,
      leaseUntil: header.deadline + LEASE_MARGIN_MS,
    };
    const counters = isFree ? [] : limits.budgets.map(({ counter }) => counter);
    const asked: Asked = { request, entrance, counters, cost };
    const answer = this.state.admit(request);
    if (answer instanceof Promise || !answer.granted) return this.admitLater(asked, answer);
    return new AdmittedPass(this, asked, answer);
  }

  private async admitLater(asked: Asked, first: Decision | Promise<Decision>): Promise<Pass | Detour> {
    const decision = await this.decide(asked, first);
    if (decision === null) return { ...FREE_PASS, counters: asked.counters };
    if (decision.granted) return new AdmittedPass(this, asked, decision);
    if (decision.kind === 'budget') return this.overBudget(asked, decision);
    if (decision.kind === 'unseeded') throw unchecked();
    callRateLimited(decision.kind);
    throw rateLimited(decision, asked.request.now);
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

  /** A pass has come to its end. */
  settle({ request, entrance, counters }: Asked, { heldNanos }: Granted, settlement: Settlement): void {
    this.settlements.settle(request, settlement, { holds: heldNanos !== null, counters });
    const { used } = settlement;
    if (used === undefined) return;
    this.estimates.learn(entrance.model, { estimated: entrance.header.inputTokens, ...used });
  }

  /** Another sending of a call, which its rate limits have counted already; null: it cannot be paid for. */
  async again(asked: Asked, resends: number): Promise<Pass | null> {
    const { id } = asked.entrance.header;
    const request = { ...asked.request, callId: sendingId({ id, resends }), scopes: [] };
    const resent = { ...asked, request };
    try {
      const decision = await this.weigh(resent, this.state.admit(request));
      return decision.granted ? new AdmittedPass(this, resent, decision) : null;
    } catch (cause) {
      stateFailed('admit', cause, request.callId);
      return null;
    }
  }

  /** null: state is away, and the key's calls go on without. */
  private async decide(asked: Asked, first: Decision | Promise<Decision>): Promise<Decision | null> {
    try {
      return await this.weigh(asked, first);
    } catch (cause) {
      stateFailed('admit', cause, asked.request.callId);
      const { onStateDown } = asked.entrance.caller.key?.policy ?? {};
      if ((onStateDown ?? this.general.onStateDown) === 'allow') return null;
      throw unchecked(cause);
    }
  }

  /**
   * With room for what the call is likely to cost, or for all that there is when others have settled: a call takes less, and may
   * have to be cut short, only when that does not come about in time.
   */
  private async weigh({ request, cost }: Asked, first: Decision | Promise<Decision>): Promise<Decision> {
    let answer = await first;
    if (answer.granted) return answer;
    if (cost === null) return this.seeded(request, answer);
    const least = Math.max(1, cost.leastNanos);
    const until = Date.now() + this.general.budgets.waitMs;
    let nanos = likelyNanos(cost);
    answer = await this.inTurn({ request, nanos, until }, answer);
    while (!answer.granted && answer.kind === 'budget' && nanos > least) {
      const left = answer.maxNanos - answer.spentNanos - answer.dueNanos;
      nanos = Date.now() >= until || left >= nanos ? least : Math.max(least, left);
      const lower = { ...request, cost: asking(cost, nanos) };
      answer = await this.inTurn({ request: lower, nanos, until }, await this.state.admit(lower));
    }
    return answer;
  }

  /** Waits while only what open calls hold is in the way of so much. */
  private async inTurn({ request, nanos, until }: Wish, first: Decision): Promise<Decision> {
    const answer = await this.seeded(request, first);
    if (answer.granted || answer.kind !== 'budget' || !mayHaveRoom(answer, nanos)) return answer;
    const ask = async (): Promise<Decision> => this.seeded(request, await this.state.admit(request));
    const began = Date.now();
    const waited = await this.queue.wait(answer, { ask, nanos, until });
    callWaitedForBudget(waited.granted, Date.now() - began);
    return waited;
  }

  /** Counters that shared state does not know are asked of billing, and then it is asked again. */
  private async seeded(request: AdmitRequest, first: Decision): Promise<Decision> {
    let answer = first;
    for (let seedings = 0; isUnseeded(answer) && seedings < MAX_SEEDINGS; seedings += 1) {
      await this.seed([...answer.counters]);
      answer = await this.state.admit(request);
    }
    return answer;
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
      const throttled = { ...asked, request: throttledRequest(request, refusal.scope), cost: null };
      const decision = await this.decide(throttled, this.state.admit(throttled.request));
      if (decision === null) return { ...FREE_PASS, counters: asked.counters };
      if (decision.granted) return new AdmittedPass(this, throttled, decision);
    }
    const status = refusalStatus(policy, this.general.budgets.exceededStatus);
    throw budgetExceeded(refusal, request.now, { key, status });
  }

  private get general(): GatewayConfig['general'] {
    return this.config.current.general;
  }
}

/** How much a call asks for, and until when (epoch ms) it waits for that. */
interface Wish {
  readonly request: AdmitRequest;
  readonly nanos: number;
  readonly until: number;
}

const likelyNanos = ({ leastNanos, likelyNanos: likely }: PricedCost): number =>
  Math.max(1, leastNanos, likely);

/** A call that takes nothing below so much. */
const asking = ({ likelyNanos: likely, mostNanos }: PricedCost, leastNanos: number): CallCost => ({
  leastNanos,
  likelyNanos: likely,
  mostNanos,
});

const isUnseeded = (answer: Decision): answer is Extract<Decision, { kind: 'unseeded' }> =>
  !answer.granted && answer.kind === 'unseeded';

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

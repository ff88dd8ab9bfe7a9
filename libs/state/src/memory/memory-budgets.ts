import { BoundedMap, SlotMap } from '@tollgate/collections';
import type {
  BudgetLimit,
  CallCost,
  Charge,
  CounterReading,
  ExtendRequest,
  OweRequest,
  ReleasedHold,
  Seed,
  SweepRequest,
} from '../budgets.js';
import {
  callMoney,
  chargeMoney,
  extendMoney,
  isOutstanding,
  oweMoney,
  releaseMoney,
  settleMoney,
  type CallMoney,
  type Move,
} from '../call-money.js';
import { UNNAMED_KEEP_MS, askOf, holdOf, keptUntil, overBudget, readingOf, windowStartOf } from '../holds.js';
import type { AdmitRequest, BudgetRefusal, SettleRequest, Unseeded } from '../state.js';

/** Calls that neither hold nor owe are remembered at least in this number, so that a charge told twice counts once. */
const REMEMBERED_CALLS = 2_000;

interface Counter {
  readonly name: string;
  spent: number;
  due: number;
  held: number;
  /** null: never forgotten. */
  readonly keepUntil: number | null;
}

/** A budget that a call was let in against. */
interface Place {
  readonly budget: BudgetLimit;
  readonly counter: Counter;
}

type OpenCall = CallMoney<Place>;

/** Budgets have room: what is held if the call is let in, and where. */
export interface Room {
  readonly granted: true;
  readonly hold: number;
  readonly places: Place[];
}

/** The counters of a single process. It counts since it was made: what was spent in windows that began before must be seeded. */
export class MemoryBudgets {
  private readonly known = new Map<string, Counter>();
  /** Calls that hold, owe, or have an attempt of which more may be known. */
  private readonly open = new SlotMap<string, OpenCall>();
  private readonly recent = new BoundedMap<string, OpenCall>(REMEMBERED_CALLS);
  private readonly since: number;

  constructor(private readonly now: () => number) {
    this.since = now();
  }

  /** Whether all budgets have room. A budget that has none even without the holds of open calls is named before others. */
  judge(budgets: readonly BudgetLimit[], cost: CallCost): Room | BudgetRefusal | Unseeded {
    const places = budgets.map((budget) => ({ budget, counter: this.counterOf(budget) }));
    if (!places.every((place): place is Place => place.counter !== undefined)) {
      const missing = places.filter(({ counter }) => counter === undefined);
      return { granted: false, kind: 'unseeded', counters: missing.map(({ budget }) => budget.counter) };
    }
    const ask = askOf(cost);
    let refusal: BudgetRefusal | undefined;
    let free = Number.POSITIVE_INFINITY;
    for (const { budget, counter } of places) {
      const unspent = budget.maxNanos - counter.spent - counter.due;
      if (unspent < ask.least) return overBudget(budget, counter);
      if (unspent - counter.held < ask.least) refusal ??= overBudget(budget, counter);
      free = Math.min(free, unspent - counter.held);
    }
    return refusal ?? { granted: true, hold: holdOf(ask, free), places };
  }

  hold({ callId, leaseUntil }: AdmitRequest, { hold, places }: Room): void {
    const call = callMoney(callId, leaseUntil, hold, places);
    apply(call, { due: 0, held: hold });
    this.keep(call);
  }

  extend({ callId, toNanos, force }: ExtendRequest): number {
    const call = this.callOf(callId);
    if (call === undefined || call.places.length === 0) return 0;
    const room = Math.max(0, Math.min(...call.places.map(roomIn)));
    apply(call, extendMoney(call, force ? toNanos : Math.min(toNanos, call.held + room)));
    this.keep(call);
    return call.held;
  }

  settle({ callId, costNanos = null, attemptId }: SettleRequest): void {
    const call = this.callOf(callId);
    if (call === undefined) return;
    apply(call, settleMoney(call, costNanos, attemptId ?? null));
    this.keep(call);
  }

  owe({ callId, attemptId, costNanos }: OweRequest): void {
    const call = this.callOf(callId);
    if (call === undefined) return;
    apply(call, oweMoney(call, attemptId, costNanos));
    this.keep(call);
  }

  charge({ callId, attemptId, counters, costNanos, status }: Charge): void {
    const call = this.callOf(callId) ?? callMoney<Place>(callId, this.now(), 0, []);
    const move = chargeMoney(call, attemptId, costNanos, status !== 'unknown');
    for (const name of move.spent === 0 ? [] : counters) {
      const counter = this.known.get(name) ?? this.createIfCounted(name, this.now() + UNNAMED_KEEP_MS);
      if (counter !== undefined) counter.spent += move.spent;
    }
    apply(call, move);
    this.keep(call);
  }

  seed({ counter: name, nanos, resetAt, former = [] }: Seed): boolean {
    if (this.known.has(name)) return false;
    const counter = this.create(name, keptUntil(resetAt));
    counter.spent = nanos;
    for (const call of former.length === 0 ? [] : this.open.values()) {
      const place = call.places.find((known) => former.includes(known.counter.name));
      if (place === undefined) continue;
      call.places.push({ ...place, counter });
      counter.due += call.due;
      counter.held += call.held;
    }
    return true;
  }

  correct(name: string, delta: number): boolean {
    const counter = this.known.get(name);
    if (counter !== undefined) counter.spent += delta;
    return counter !== undefined;
  }

  reading(name: string): CounterReading | null {
    const counter = this.known.get(name);
    return counter === undefined ? null : readingOf(name, counter);
  }

  sweep({ before, limit }: SweepRequest): ReleasedHold[] {
    const released: ReleasedHold[] = [];
    for (const call of this.open.values()) {
      if (released.length >= limit) break;
      if (call.leaseUntil > before || call.unknown > 0) continue;
      released.push({ callId: call.callId, heldNanos: call.held, dueNanos: call.due });
      apply(call, releaseMoney(call));
      this.keep(call);
    }
    return released;
  }

  /** Counters that have ended for some days, and calls that have no others. */
  forget(): void {
    const now = this.now();
    const hasEnded = ({ keepUntil }: Counter): boolean => keepUntil !== null && keepUntil <= now;
    for (const counter of this.known.values()) if (hasEnded(counter)) this.known.delete(counter.name);
    for (const { callId, leaseUntil, places } of this.open.values()) {
      const areOver = places.length > 0 && places.every(({ counter }) => hasEnded(counter));
      if (areOver || leaseUntil + UNNAMED_KEEP_MS <= now) this.open.delete(callId);
    }
  }

  /** Undefined: it must be seeded. */
  private counterOf({ counter, resetAt, countedSince = 0 }: BudgetLimit): Counter | undefined {
    const known = this.known.get(counter);
    if (known !== undefined || windowStartOf(counter) < countedSince) return known;
    return this.createIfCounted(counter, keptUntil(resetAt));
  }

  /** Nothing was spent in a window that began after this did, and of which nothing is known. */
  private createIfCounted(name: string, keepUntil: number | null): Counter | undefined {
    return windowStartOf(name) >= this.since ? this.create(name, keepUntil) : undefined;
  }

  private create(name: string, keepUntil: number | null): Counter {
    const counter: Counter = { name, spent: 0, due: 0, held: 0, keepUntil };
    this.known.set(name, counter);
    return counter;
  }

  private callOf(callId: string): OpenCall | undefined {
    return this.open.get(callId) ?? this.recent.get(callId);
  }

  private keep(call: OpenCall): void {
    if (isOutstanding(call) || call.unknown > 0) {
      this.open.set(call.callId, call);
    } else {
      this.open.delete(call.callId);
      if (this.recent.get(call.callId) !== call) this.recent.set(call.callId, call);
    }
  }
}

const roomIn = ({ budget, counter }: Place): number =>
  budget.maxNanos - counter.spent - counter.due - counter.held;

/** What is held and owed moves on the counters that the call was let in against. */
function apply({ places }: OpenCall, { due, held }: Omit<Move, 'spent'>): void {
  for (const { counter } of places) {
    counter.due += due;
    counter.held += held;
  }
}

import { counterName } from '@tollgate/contracts';
import type { BudgetLimit, Charge } from './budgets.js';
import type { AdmitRequest, SettleRequest, State } from './state.js';
import { ModelCall, MoneyModel } from './_money-model.js';

const START = 1_700_000_000_000;
const LEASE_MS = 1_000;

interface PropertyOptions {
  /** Several replicas of one state. */
  open(now: () => number): Promise<readonly State[]>;
  readonly seeds: number;
  readonly steps: number;
}

/** Numbers below a limit, the same for the same seed. */
function seeded(seed: number): (limit: number) => number {
  let state = (seed + 1) * 7_919;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Whatever happens in whatever order, the counters stand where a model that only sums up says they do. */
export function describeMoneyProperty(name: string, { open, seeds, steps }: PropertyOptions): void {
  describe.each(Array.from({ length: seeds }, (_, seed) => seed))(`${name}: money, seed %i`, (seed) => {
    it.each([false, true])('is counted as the model counts it (forced extensions: %s)', async (force) => {
      const world = new World(seeded(2 * seed + (force ? 1 : 0)), force);
      world.states = await open(() => world.clock);
      await world.begin();
      for (let step = 0; step < steps; step++) {
        await world.step();
        await world.compare();
      }
      await world.end();
      await Promise.all(world.states.map((state) => state.close()));
    });
  });
}

class World {
  clock = START;
  states: readonly State[] = [];
  private readonly model = new MoneyModel();
  private readonly told: Charge[] = [];
  private readonly admitted: AdmitRequest[] = [];
  private readonly swept = new Set<string>();
  private readonly budgets: BudgetLimit[];

  constructor(
    private readonly below: (limit: number) => number,
    private readonly force: boolean,
  ) {
    this.budgets = ['key:a', 'team:b', 'tag:c', 'user:d'].map((scope, index): BudgetLimit => {
      const [window, start] = index === 1 ? [null, 0] : ['1d', START];
      const resetAt = window === null ? null : START + 86_400_000;
      const counter = counterName(scope, window, start);
      return { counter, scope, window, maxNanos: 1_500 + 300 * index + below(50), resetAt };
    });
  }

  async begin(): Promise<void> {
    const [, ever] = this.budgets;
    this.model.seed(ever!.counter, 77);
    await this.state().seed([{ counter: ever!.counter, nanos: 77, resetAt: null }]);
  }

  async step(): Promise<void> {
    const action = this.below(13);
    if (action <= 3) await this.admit(1 + this.below(action === 0 ? 6 : 1));
    else if (action <= 6) await this.charge();
    else if (action === 7) await this.settle();
    else if (action === 8) await this.extend();
    else if (action === 9) await this.chargeAgain();
    else if (action === 10) await this.sweep();
    else if (action === 11) await this.owe();
    else this.clock += this.below(300);
  }

  async compare(): Promise<void> {
    const readings = await this.state().counters(this.budgets.map(({ counter }) => counter));
    const read = readings.map((reading) => [
      reading?.spentNanos ?? 0,
      reading?.dueNanos ?? 0,
      reading?.heldNanos ?? 0,
    ]);
    const expected = this.budgets.map(({ counter }) => this.model.sums(counter));
    if (String(read) !== String(expected)) expect(read).toEqual(expected);
    for (const [index, [spent = 0, due = 0, held = 0]] of read.entries()) {
      if (Math.min(due, held) < 0) throw new Error(`Less than nothing: ${String(read)}`);
      if (!this.force && spent + due + held > this.budgets[index]!.maxNanos)
        throw new Error(`Overspent: ${String(read)}`);
    }
  }

  /** Everything becomes known and old: nothing is held or owed, and what was spent is what was charged. */
  async end(): Promise<void> {
    for (const call of this.model.calls) {
      for (const [attemptId, { cost, isKnown }] of call.attempts)
        if (!isKnown) await this.tell(call, attemptId, cost, true);
    }
    this.clock += LEASE_MS;
    await this.state().sweepHolds({ before: this.clock, limit: 10_000 });
    for (const call of this.model.calls) call.sweep();
    await this.compare();
    for (const { counter } of this.budgets) expect(this.model.sums(counter).slice(1)).toEqual([0, 0]);
    expect(this.model.calls.length).toBeGreaterThan(0);
  }

  private state(): State {
    return this.states[this.below(this.states.length)]!;
  }

  /** Several at once are judged in their order. */
  private async admit(count: number): Promise<void> {
    const requests = Array.from({ length: count }, () => this.request());
    const state = this.state();
    const answers = await Promise.all(requests.map(async (request) => state.admit(request)));
    for (const [index, { callId, leaseUntil, budgets = [], cost }] of requests.entries()) {
      if (this.admitted.some((request) => request.callId === callId)) continue;
      const hold = this.model.holdFor(budgets, cost!);
      const answer = answers[index]!;
      expect(answer.granted ? answer.heldNanos : answer.kind).toBe(hold ?? 'budget');
      if (hold === null) continue;
      this.model.calls.push(new ModelCall(callId, leaseUntil, budgets, hold));
      this.admitted.push(requests[index]!);
    }
  }

  private request(): AdmitRequest {
    const again = this.below(8) === 0 ? this.admitted.at(-1) : undefined;
    if (again?.now === this.clock) return again;
    const budgets = this.budgets.filter(() => this.below(2) === 0);
    const [leastNanos, likelyNanos, mostNanos] = [this.below(20), this.below(60), this.below(120)];
    return {
      callId: `call-${String(this.model.calls.length)}-${String(this.below(1e9))}`,
      scopes: [],
      budgets: budgets.length === 0 ? this.budgets.slice(0, 1) : budgets,
      cost: { leastNanos, likelyNanos, mostNanos },
      tokens: 0,
      now: this.clock,
      leaseUntil: this.clock + LEASE_MS - this.below(500),
    };
  }

  /** A call that is not swept: its usage would have been waited for. */
  private call(): ModelCall | undefined {
    const calls = this.model.calls.filter(({ id }) => !this.swept.has(id));
    return calls[this.below(calls.length)];
  }

  private async charge(): Promise<void> {
    const call = this.call();
    if (call === undefined) return;
    const attemptId = `${call.id}:${String(1 + this.below(2))}`;
    const debt = call.debtOf(attemptId);
    const least = call.attempts.get(attemptId)?.cost ?? 0;
    // What was owed for an attempt is what the ledger says of it.
    if (debt !== undefined) await this.tell(call, attemptId, debt, true);
    else
      await this.tell(
        call,
        attemptId,
        least + this.below(call.held + call.due - call.owed + 1),
        this.below(3) > 0,
      );
  }

  private async owe(): Promise<void> {
    const call = this.call();
    if (call === undefined || call.held === 0) return;
    const attemptId = `${call.id}:${String(1 + this.below(2))}`;
    // A worker that told what its attempt cost left no draft of it.
    if (call.attempts.get(attemptId)?.isKnown === false) return;
    const costNanos = 1 + this.below(call.held);
    call.owe(attemptId, costNanos);
    await this.state().owe({ callId: call.id, attemptId, costNanos });
  }

  private async tell(call: ModelCall, attemptId: string, costNanos: number, isKnown: boolean): Promise<void> {
    const counters = call.budgets.map(({ counter }) => counter);
    const status = isKnown ? 'complete' : 'unknown';
    const item: Charge = { callId: call.id, attemptId, counters, costNanos, status };
    call.charge(attemptId, costNanos, isKnown);
    this.told.push(item);
    await this.state().charge([item]);
  }

  private async chargeAgain(): Promise<void> {
    const items = this.told.filter(() => this.below(4) === 0);
    await this.state().charge([...items, ...items]);
  }

  private async settle(): Promise<void> {
    const call = this.call();
    if (call === undefined) return;
    const attempt = `${call.id}:${String(1 + this.below(2))}`;
    const isKnown = !call.hasUnknown && this.below(3) > 0;
    const cost = call.charged + call.owed + this.below(call.held + 1);
    call.settle(isKnown ? cost : null, attempt);
    const request: SettleRequest = {
      ...{ callId: call.id, scopes: [], admittedAt: this.clock, admittedTokens: 0, tokens: null },
      ...(isKnown ? { costNanos: cost } : { costNanos: null, attemptId: attempt }),
    };
    await this.state().settle(request);
  }

  private async extend(): Promise<void> {
    const call = this.call();
    if (call === undefined) return;
    const toNanos = this.below(200);
    if (!call.isSettled && toNanos > call.held) {
      const room = this.force ? toNanos : Math.max(0, this.model.room(call.budgets));
      call.hold += Math.min(toNanos - call.held, room);
    }
    const { callId, force } = { callId: call.id, force: this.force };
    expect(await this.state().extend({ callId, toNanos, force })).toEqual({ heldNanos: call.held });
  }

  private async sweep(): Promise<void> {
    const before = this.clock - this.below(500);
    const released = await this.state().sweepHolds({ before, limit: 10_000 });
    const due = this.model.calls.filter(
      (call) => call.leaseUntil <= before && !call.hasUnknown && call.held + call.due > 0,
    );
    expect(released.map(({ callId }) => callId).toSorted()).toEqual(due.map(({ id }) => id).toSorted());
    for (const call of due) {
      call.sweep();
      this.swept.add(call.id);
    }
  }
}

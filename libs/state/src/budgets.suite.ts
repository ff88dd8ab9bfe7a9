import { counterName } from '@tollgate/contracts';
import type { BudgetLimit, CallCost, Charge } from './budgets.js';
import type { Admission, AdmitRequest, Scope, SettleRequest, State } from './state.js';

const START = 1_700_000_040_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LEASE_MS = 600_000;

const RATE_LIMITS = { requestsPerMinute: null, tokensPerMinute: null, maxParallelRequests: null };

/** What every adapter of `State` must do with money. */
export function describeBudgets(open: (now: () => number) => Promise<State>): void {
  describe('budgets', () => {
    let clock: number;
    let state: State;
    let calls: number;

    /** Of a window that begins now, so that nothing need be seeded. */
    const budget = (
      maxNanos: number,
      changes: Partial<BudgetLimit> & { start?: number } = {},
    ): BudgetLimit => {
      const { scope = 'key:a', window = '1d', start = clock, ...others } = changes;
      const counter = counterName(scope, window, start);
      return { counter, scope, window, maxNanos, resetAt: start + DAY_MS, ...others };
    };
    const costs = (nanos: number): CallCost => ({ leastNanos: nanos, likelyNanos: nanos, mostNanos: nanos });
    const request = (
      budgets: readonly BudgetLimit[],
      cost: CallCost | number | null,
      changes: Partial<AdmitRequest> = {},
    ): AdmitRequest => ({
      callId: `call-${String(++calls)}`,
      scopes: [],
      budgets,
      cost: typeof cost === 'number' ? costs(cost) : cost,
      tokens: 0,
      now: clock,
      leaseUntil: clock + LEASE_MS,
      ...changes,
    });
    const held = (answer: Admission): number | null => (answer.granted ? answer.heldNanos : -1);
    /** Lets a call in and answers its id. */
    const admit = async (budgets: readonly BudgetLimit[], cost: CallCost | number): Promise<string> => {
      const asked = request(budgets, cost);
      expect((await state.admit(asked)).granted).toBe(true);
      return asked.callId;
    };
    const settle = (callId: string, costNanos: number | null, changes: Partial<SettleRequest> = {}) =>
      state.settle({
        ...{ callId, scopes: [], admittedAt: clock, admittedTokens: 0, tokens: null, costNanos },
        ...changes,
      });
    const charge = (
      callId: string,
      costNanos: number,
      limits: readonly BudgetLimit[],
      changes: Partial<Charge> = {},
    ): Promise<void> => {
      const counters = limits.map(({ counter }) => counter);
      const attemptId = `${callId}:1`;
      return state.charge([{ callId, attemptId, counters, costNanos, status: 'complete', ...changes }]);
    };
    /** `[spent, due, held]` */
    const sums = async ({ counter }: BudgetLimit): Promise<number[] | null> => {
      const [reading] = await state.counters([counter]);
      return reading ? [reading.spentNanos, reading.dueNanos, reading.heldNanos] : null;
    };

    beforeEach(async () => {
      clock = START;
      calls = 0;
      state = await open(() => clock);
    });
    afterEach(() => state.close());

    describe('admit', () => {
      it.each<[string, number, CallCost, number]>([
        ['what it is likely to cost', 100, { leastNanos: 1, likelyNanos: 20, mostNanos: 90 }, 20],
        [
          'the most, where an eighth pays for that',
          800,
          { leastNanos: 1, likelyNanos: 20, mostNanos: 90 },
          90,
        ],
        ['an eighth of what is free', 404, { leastNanos: 1, likelyNanos: 20, mostNanos: 90 }, 50],
        ['no less than the least', 100, { leastNanos: 30, likelyNanos: 20, mostNanos: 25 }, 30],
        ['all that is left', 15, { leastNanos: 10, likelyNanos: 20, mostNanos: 90 }, 15],
        ['something at least', 5, costs(0), 1],
      ])('holds %s', async (_what, maxNanos, cost, expected) => {
        const limit = budget(maxNanos);
        const answer = await state.admit(request([limit], cost));
        expect(answer).toEqual({
          granted: true,
          remaining: [],
          heldNanos: expected,
          budgets: [{ counter: limit.counter, maxNanos, spentNanos: 0, dueNanos: 0, heldNanos: expected }],
        });
        expect(await sums(limit)).toEqual([0, 0, expected]);
      });

      it('holds the same on every counter, by the tightest', async () => {
        const [key, team] = [budget(1_000), budget(50, { scope: 'team:b' })];
        const cost = { leastNanos: 1, likelyNanos: 70, mostNanos: 70 };
        expect(held(await state.admit(request([key, team], cost)))).toBe(50);
        expect([await sums(key), await sums(team)]).toEqual([
          [0, 0, 50],
          [0, 0, 50],
        ]);
      });

      it('refuses when a budget cannot pay the least, and says how it stands', async () => {
        const [key, team] = [budget(1_000), budget(50, { scope: 'team:b' })];
        await admit([key, team], 30);
        expect(await state.admit(request([key, team], 21))).toEqual({
          granted: false,
          kind: 'budget',
          scope: 'team:b',
          window: '1d',
          counter: team.counter,
          maxNanos: 50,
          spentNanos: 0,
          dueNanos: 0,
          heldNanos: 30,
          resetAt: START + DAY_MS,
        });
        expect(await sums(key)).toEqual([0, 0, 30]);
        expect(held(await state.admit(request([key, team], 20)))).toBe(20);
      });

      it('names a budget that is spent before one in which others hold the rest', async () => {
        const [heldOne, spentOne] = [budget(50), budget(60, { scope: 'team:b' })];
        await admit([heldOne], 50);
        await charge('elsewhere', 55, [spentOne]);
        const answer = await state.admit(request([heldOne, spentOne], 10));
        expect(answer).toMatchObject({ kind: 'budget', scope: 'team:b', spentNanos: 55 });
      });

      it.each([0, 7])('lets nothing through a budget of nothing (least cost: %i)', async (least) => {
        const answer = await state.admit(request([budget(0)], least));
        expect(answer).toMatchObject({ granted: false, kind: 'budget', maxNanos: 0 });
      });

      it('asks no budget for a call that is free', async () => {
        const spent = budget(0);
        const free = { granted: true, remaining: [], heldNanos: null, budgets: [] };
        expect(await state.admit(request([spent], null))).toEqual(free);
        const scopes = [{ id: 'key:a', ...RATE_LIMITS, requestsPerMinute: 1 }];
        expect(await state.admit(request([spent], null, { scopes }))).toMatchObject({ heldNanos: null });
        expect(await sums(spent)).toBeNull();
      });

      it('charges limits and budgets together or not at all', async () => {
        const scopes: Scope[] = [
          { id: 'key:a', ...RATE_LIMITS, requestsPerMinute: 1, maxParallelRequests: 9 },
        ];
        const [roomy, tight] = [budget(1_000), budget(5, { scope: 'team:b' })];
        expect(await state.admit(request([roomy, tight], 10, { scopes }))).toMatchObject({ kind: 'budget' });
        const answer = await state.admit(request([roomy], 10, { scopes }));
        expect(answer.granted && answer.remaining.map(({ remaining }) => remaining)).toEqual([0, 8]);
        expect(await state.admit(request([roomy], 10, { scopes }))).toMatchObject({ kind: 'requests' });
        expect(await sums(roomy)).toEqual([0, 0, 10]);
      });

      it('holds once for a call that asks again', async () => {
        const limit = budget(100);
        const asked = request([limit], 10);
        const answer = await state.admit(asked);
        expect(await state.admit(asked)).toEqual(answer);
        expect(await sums(limit)).toEqual([0, 0, 10]);
        await settle(asked.callId, 4);
        expect(await state.admit(asked)).toEqual(answer);
        expect(await sums(limit)).toEqual([0, 4, 0]);
      });

      it('lets in what a budget pays for and no more, however many ask at once', async () => {
        const [key, team] = [budget(100 * 10_000_000), budget(5_000_000_000, { scope: 'team:b' })];
        const answers = await Promise.all(
          Array.from({ length: 1_000 }, () => state.admit(request([key, team], 10_000_000))),
        );
        expect(answers.filter(({ granted }) => granted)).toHaveLength(100);
        expect(await sums(key)).toEqual([0, 0, 1_000_000_000]);
        expect(await sums(team)).toEqual([0, 0, 1_000_000_000]);
      });

      it('counts to the last nano-dollar of nine million dollars', async () => {
        const limit = budget(9_000_000_000_000_000, { start: 0, window: null, resetAt: null });
        await state.seed([{ counter: limit.counter, nanos: 8_999_999_999_999_990, resetAt: null }]);
        expect(held(await state.admit(request([limit], 11)))).toBe(-1);
        const callId = await admit([limit], 10);
        await settle(callId, 9);
        await charge(callId, 9, [limit]);
        expect(await sums(limit)).toEqual([8_999_999_999_999_999, 0, 0]);
        expect(held(await state.admit(request([limit], 2)))).toBe(-1);
        expect(held(await state.admit(request([limit], 1)))).toBe(1);
      });
    });

    describe('counters', () => {
      const ever = (maxNanos: number): BudgetLimit =>
        budget(maxNanos, { start: 0, window: null, resetAt: null });

      it('are to be seeded when their window began before anything was counted', async () => {
        const [old, other, fresh] = [ever(100), budget(90, { start: START - 1 }), budget(80)];
        const asked = request([old, fresh, other], 10);
        const unseeded = { granted: false, kind: 'unseeded' };
        expect(await state.admit(asked)).toEqual({ ...unseeded, counters: [old.counter, other.counter] });
        expect(await state.seed([{ counter: old.counter, nanos: 70, resetAt: null }])).toEqual([old.counter]);
        expect(await state.admit(asked)).toEqual({ ...unseeded, counters: [other.counter] });
        await state.seed([{ counter: other.counter, nanos: 0, resetAt: other.resetAt }]);
        expect(held(await state.admit(asked))).toBe(10);
        expect(await sums(old)).toEqual([70, 0, 10]);
      });

      it('are to be seeded when the budget was set in the middle of the window', async () => {
        clock = START + HOUR_MS;
        const limit = budget(100, { start: START + 1, countedSince: clock });
        expect(await state.admit(request([limit], 10))).toMatchObject({ kind: 'unseeded' });
        await state.seed([{ counter: limit.counter, nanos: 95, resetAt: limit.resetAt }]);
        expect(await state.admit(request([limit], 10))).toMatchObject({ kind: 'budget', spentNanos: 95 });
      });

      it('that are known are not seeded', async () => {
        const limit = budget(100);
        await charge(await admit([limit], 10), 10, [limit]);
        const other = ever(5);
        const seeds = [limit, other].map(({ counter }) => ({ counter, nanos: 50, resetAt: null }));
        expect(await state.seed(seeds)).toEqual([other.counter]);
        expect(await state.seed(seeds)).toEqual([]);
        expect([await sums(limit), await sums(other)]).toEqual([
          [10, 0, 0],
          [50, 0, 0],
        ]);
      });

      it('are read in the order of their names', async () => {
        const [one, other] = [budget(100), budget(100, { scope: 'team:b' })];
        await admit([other], 10);
        const reading = { counter: other.counter, spentNanos: 0, dueNanos: 0, heldNanos: 10 };
        expect(await state.counters([one.counter, other.counter])).toEqual([null, reading]);
        expect(await state.counters([])).toEqual([]);
      });

      it('are corrected when they are known', async () => {
        const limit = budget(100);
        await charge(await admit([limit], 60), 60, [limit]);
        expect(await state.correct(limit.counter, -50)).toBe(true);
        expect(await sums(limit)).toEqual([10, 0, 0]);
        expect(await state.correct(ever(1).counter, 5)).toBe(false);
        expect(await sums(ever(1))).toBeNull();
      });
    });

    describe('settle', () => {
      it('replaces what is held by what is owed, once', async () => {
        const [key, team] = [budget(100), budget(100, { scope: 'team:b' })];
        const callId = await admit([key, team], 30);
        await settle(callId, 12);
        await settle(callId, 30);
        await settle(callId, null);
        expect([await sums(key), await sums(team)]).toEqual([
          [0, 12, 0],
          [0, 12, 0],
        ]);
      });

      it('keeps what is held while the cost is unknown', async () => {
        const limit = budget(100);
        await settle(await admit([limit], 30), null);
        expect(await sums(limit)).toEqual([0, 0, 30]);
      });

      it('moves the money of a call with rate limits too, and of one without leaves it alone', async () => {
        const scopes: Scope[] = [
          { id: 'key:a', ...RATE_LIMITS, tokensPerMinute: 100, maxParallelRequests: 1 },
        ];
        const limit = budget(100);
        const asked = request([limit], 30, { scopes, tokens: 90 });
        await state.admit(asked);
        await settle(asked.callId, 12, { scopes, admittedTokens: 90, tokens: 40 });
        expect(await sums(limit)).toEqual([0, 12, 0]);
        const next = await state.admit(request([limit], 30, { scopes, tokens: 60 }));
        expect(next.granted && next.remaining.map(({ remaining }) => remaining)).toEqual([0, 0]);
      });

      it('is nothing for a call that is unknown', async () => {
        const limit = budget(100);
        await admit([limit], 30);
        await settle('unknown', 12);
        expect(await sums(limit)).toEqual([0, 0, 30]);
      });

      it('owes nothing for what was charged before', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 12, [limit]);
        expect(await sums(limit)).toEqual([12, 0, 18]);
        await settle(callId, 12);
        expect(await sums(limit)).toEqual([12, 0, 0]);
      });

      it('of one attempt owes its cost, whatever others have cost', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 5, [limit], { status: 'partial' });
        await settle(callId, 20, { attemptId: `${callId}:3` });
        expect(await sums(limit)).toEqual([5, 20, 0]);
        await charge(callId, 2, [limit], { attemptId: `${callId}:2` });
        expect(await sums(limit)).toEqual([7, 20, 0]);
        await charge(callId, 19, [limit], { attemptId: `${callId}:3` });
        expect(await sums(limit)).toEqual([26, 0, 0]);
      });
    });

    describe('charge', () => {
      it('spends what is owed, once an attempt', async () => {
        const [key, team] = [budget(100), budget(100, { scope: 'team:b' })];
        const callId = await admit([key, team], 30);
        await settle(callId, 12);
        await charge(callId, 12, [key, team]);
        await charge(callId, 12, [key, team]);
        await charge(callId, 12, [key, team], { status: 'unknown' });
        expect([await sums(key), await sums(team)]).toEqual([
          [12, 0, 0],
          [12, 0, 0],
        ]);
      });

      it('spends what is held of a call that is not settled, and leaves the rest', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 12, [limit]);
        expect(await sums(limit)).toEqual([12, 0, 18]);
        await charge(callId, 25, [limit], { attemptId: `${callId}:2` });
        expect(await sums(limit)).toEqual([37, 0, 0]);
      });

      it('ends the hold of a call whose attempt was settled as unknown', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await settle(callId, null, { attemptId: `${callId}:2` });
        await charge(callId, 3, [limit]);
        expect(await sums(limit)).toEqual([3, 0, 27]);
        await charge(callId, 12, [limit], { attemptId: `${callId}:2`, status: 'partial' });
        expect(await sums(limit)).toEqual([15, 0, 0]);
      });

      it('ends the hold of a call whose attempt was known before it was settled', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 12, [limit], { status: 'partial' });
        await settle(callId, null, { attemptId: `${callId}:1` });
        expect(await sums(limit)).toEqual([12, 0, 0]);
      });

      it('keeps the hold while an attempt is unknown, and takes the difference when it is known', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await settle(callId, null);
        await charge(callId, 5, [limit], { status: 'unknown' });
        await charge(callId, 5, [limit], { status: 'unknown' });
        expect(await sums(limit)).toEqual([5, 0, 25]);
        await charge(callId, 17, [limit]);
        await charge(callId, 5, [limit], { status: 'unknown' });
        expect(await sums(limit)).toEqual([17, 0, 0]);
      });

      it('gives back what was too much of an attempt that was unknown', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 9, [limit], { status: 'unknown' });
        await charge(callId, 4, [limit]);
        expect(await sums(limit)).toEqual([4, 0, 21]);
      });

      it('takes as much off the debt of a whole call as each attempt cost', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await settle(callId, 20);
        await charge(callId, 8, [limit]);
        expect(await sums(limit)).toEqual([8, 12, 0]);
        await charge(callId, 15, [limit], { attemptId: `${callId}:2` });
        expect(await sums(limit)).toEqual([23, 0, 0]);
      });

      it('is spent whole and once, for calls that nobody knows too', async () => {
        const limit = budget(100);
        await admit([limit], 30);
        await charge('unknown', 12, [limit]);
        await charge('unknown', 12, [limit]);
        await charge('other', 7, [limit], { status: 'unknown' });
        await charge('other', 8, [limit]);
        expect(await sums(limit)).toEqual([20, 0, 30]);
      });

      it('leaves counters alone that are to be seeded, and begins those of a new window', async () => {
        const [old, fresh] = [budget(100, { start: START - 1 }), budget(100)];
        await charge('unknown', 12, [old, fresh]);
        expect([await sums(old), await sums(fresh)]).toEqual([null, [12, 0, 0]]);
      });

      it('takes many at once', async () => {
        const limit = budget(1_000_000);
        const ids = await Promise.all(Array.from({ length: 300 }, () => admit([limit], 10)));
        const items = ids.map((callId): Charge => {
          const counters = [limit.counter];
          return { callId, attemptId: `${callId}:1`, counters, costNanos: 3, status: 'complete' };
        });
        await state.charge([...items, ...items]);
        await state.charge([]);
        expect(await sums(limit)).toEqual([900, 0, 2_100]);
      });
    });

    describe('extend', () => {
      it('raises what is held on all counters, as far as each has room', async () => {
        const [key, team] = [budget(100), budget(50, { scope: 'team:b' })];
        const callId = await admit([key, team], 20);
        const extend = (toNanos: number, force = false) => state.extend({ callId, toNanos, force });
        expect(await extend(35)).toEqual({ heldNanos: 35 });
        expect(await extend(10)).toEqual({ heldNanos: 35 });
        expect(await extend(80)).toEqual({ heldNanos: 50 });
        expect([await sums(key), await sums(team)]).toEqual([
          [0, 0, 50],
          [0, 0, 50],
        ]);
        expect(await extend(80, true)).toEqual({ heldNanos: 80 });
        expect(await extend(90)).toEqual({ heldNanos: 80 });
        expect(await sums(team)).toEqual([0, 0, 80]);
      });

      it('does nothing for a call that is settled or unknown', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 20);
        await settle(callId, null);
        expect(await state.extend({ callId, toNanos: 50, force: true })).toEqual({ heldNanos: 20 });
        const unknown = { callId: 'unknown', toNanos: 50, force: true };
        expect(await state.extend(unknown)).toEqual({ heldNanos: 0 });
        expect(await sums(limit)).toEqual([0, 0, 20]);
      });

      it('holds again for a call of which everything was charged', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 20);
        await charge(callId, 20, [limit]);
        expect(await state.extend({ callId, toNanos: 15, force: false })).toEqual({ heldNanos: 15 });
        const released = await state.sweepHolds({ before: clock + LEASE_MS, limit: 10 });
        expect(released).toEqual([{ callId, heldNanos: 15, dueNanos: 0 }]);
        expect(await sums(limit)).toEqual([20, 0, 0]);
      });
    });

    describe('sweep', () => {
      const sweep = (before: number, limit = 100) => state.sweepHolds({ before, limit });

      it('releases what calls hold and owe whose lease has ended', async () => {
        const limit = budget(1_000);
        const [one, owing, later] = [
          await admit([limit], 30),
          await admit([limit], 40),
          request([limit], 50),
        ];
        await settle(owing, 25);
        await state.admit({ ...later, leaseUntil: clock + LEASE_MS + 1 });
        expect(await sweep(clock + LEASE_MS - 1)).toEqual([]);
        const released = await sweep(clock + LEASE_MS);
        expect(released.toSorted((left, right) => left.callId.localeCompare(right.callId))).toEqual([
          { callId: one, heldNanos: 30, dueNanos: 0 },
          { callId: owing, heldNanos: 0, dueNanos: 25 },
        ]);
        expect(await sums(limit)).toEqual([0, 0, 50]);
        expect(await sweep(clock + LEASE_MS)).toEqual([]);
      });

      it('leaves what is unknown until it is known', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 5, [limit], { status: 'unknown' });
        expect(await sweep(clock + LEASE_MS)).toEqual([]);
        await charge(callId, 7, [limit]);
        expect(await sums(limit)).toEqual([7, 0, 23]);
        expect(await sweep(clock + LEASE_MS)).toEqual([{ callId, heldNanos: 23, dueNanos: 0 }]);
        expect(await sums(limit)).toEqual([7, 0, 0]);
      });

      it('keeps what a later settlement and charge of the same call say from counting wrong', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await sweep(clock + LEASE_MS);
        await settle(callId, 12);
        expect(await state.extend({ callId, toNanos: 50, force: true })).toEqual({ heldNanos: 0 });
        await charge(callId, 12, [limit]);
        expect(await sums(limit)).toEqual([12, 0, 0]);
      });

      it('takes so many at a time', async () => {
        const limit = budget(1_000);
        for (let number = 0; number < 5; number++) await admit([limit], 10);
        expect(await sweep(clock + LEASE_MS, 3)).toHaveLength(3);
        expect(await sums(limit)).toEqual([0, 0, 20]);
        expect(await sweep(clock + LEASE_MS, 3)).toHaveLength(2);
      });
    });
  });
}

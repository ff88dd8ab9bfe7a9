import type { BudgetLimit, CallCost } from './budgets.js';
import type { Scope } from './state.js';
import { START, HOUR_MS, DAY_MS, RATE_LIMITS, useMoney, type OpenState } from './_money.js';

/** What every adapter of `State` must do with budgets when it lets calls in. */
export function describeBudgets(open: OpenState): void {
  describe('budgets', () => {
    const { budget, costs, request, held, admit, settle, charge, sums, state, clock, pass } = useMoney(open);

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
        const answer = await state().admit(request([limit], cost));
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
        expect(held(await state().admit(request([key, team], cost)))).toBe(50);
        expect([await sums(key), await sums(team)]).toEqual([
          [0, 0, 50],
          [0, 0, 50],
        ]);
      });

      it('refuses when a budget cannot pay the least, and says how it stands', async () => {
        const [key, team] = [budget(1_000), budget(50, { scope: 'team:b' })];
        await admit([key, team], 30);
        expect(await state().admit(request([key, team], 21))).toEqual({
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
        expect(held(await state().admit(request([key, team], 20)))).toBe(20);
      });

      it('names a budget that is spent before one in which others hold the rest', async () => {
        const [heldOne, spentOne] = [budget(50), budget(60, { scope: 'team:b' })];
        await admit([heldOne], 50);
        await charge('elsewhere', 55, [spentOne]);
        const answer = await state().admit(request([heldOne, spentOne], 10));
        expect(answer).toMatchObject({ kind: 'budget', scope: 'team:b', spentNanos: 55 });
      });

      it.each([0, 7])('lets nothing through a budget of nothing (least cost: %i)', async (least) => {
        const answer = await state().admit(request([budget(0)], least));
        expect(answer).toMatchObject({ granted: false, kind: 'budget', maxNanos: 0 });
      });

      it('asks no budget for a call that is free', async () => {
        const spent = budget(0);
        const free = { granted: true, remaining: [], heldNanos: null, budgets: [] };
        expect(await state().admit(request([spent], null))).toEqual(free);
        const scopes = [{ id: 'key:a', ...RATE_LIMITS, requestsPerMinute: 1 }];
        expect(await state().admit(request([spent], null, { scopes }))).toMatchObject({ heldNanos: null });
        expect(await sums(spent)).toBeNull();
      });

      it('charges limits and budgets together or not at all', async () => {
        const scopes: Scope[] = [
          { id: 'key:a', ...RATE_LIMITS, requestsPerMinute: 1, maxParallelRequests: 9 },
        ];
        const [roomy, tight] = [budget(1_000), budget(5, { scope: 'team:b' })];
        expect(await state().admit(request([roomy, tight], 10, { scopes }))).toMatchObject({
          kind: 'budget',
        });
        const answer = await state().admit(request([roomy], 10, { scopes }));
        expect(answer.granted && answer.remaining.map(({ remaining }) => remaining)).toEqual([0, 8]);
        expect(await state().admit(request([roomy], 10, { scopes }))).toMatchObject({ kind: 'requests' });
        expect(await sums(roomy)).toEqual([0, 0, 10]);
      });

      it('holds once for a call that asks again', async () => {
        const limit = budget(100);
        const asked = request([limit], 10);
        const answer = await state().admit(asked);
        expect(await state().admit(asked)).toEqual(answer);
        expect(await sums(limit)).toEqual([0, 0, 10]);
        await settle(asked.callId, 4);
        expect(await state().admit(asked)).toEqual(answer);
        expect(await sums(limit)).toEqual([0, 4, 0]);
      });

      it('lets in what a budget pays for and no more, however many ask at once', async () => {
        const [key, team] = [budget(100 * 10_000_000), budget(5_000_000_000, { scope: 'team:b' })];
        const answers = await Promise.all(
          Array.from({ length: 1_000 }, async () => state().admit(request([key, team], 10_000_000))),
        );
        expect(answers.filter(({ granted }) => granted)).toHaveLength(100);
        expect(await sums(key)).toEqual([0, 0, 1_000_000_000]);
        expect(await sums(team)).toEqual([0, 0, 1_000_000_000]);
      });

      it('counts to the last nano-dollar of nine million dollars', async () => {
        const limit = budget(9_000_000_000_000_000, { start: 0, window: null, resetAt: null });
        await state().seed([{ counter: limit.counter, nanos: 8_999_999_999_999_990, resetAt: null }]);
        expect(held(await state().admit(request([limit], 11)))).toBe(-1);
        const callId = await admit([limit], 10);
        await settle(callId, 9);
        await charge(callId, 9, [limit]);
        expect(await sums(limit)).toEqual([8_999_999_999_999_999, 0, 0]);
        expect(held(await state().admit(request([limit], 2)))).toBe(-1);
        expect(held(await state().admit(request([limit], 1)))).toBe(1);
      });
    });

    describe('counters', () => {
      const ever = (maxNanos: number): BudgetLimit =>
        budget(maxNanos, { start: 0, window: null, resetAt: null });

      it('are to be seeded when their window began before anything was counted', async () => {
        const [old, other, fresh] = [ever(100), budget(90, { start: START - 1 }), budget(80)];
        const asked = request([old, fresh, other], 10);
        const unseeded = { granted: false, kind: 'unseeded' };
        expect(await state().admit(asked)).toEqual({ ...unseeded, counters: [old.counter, other.counter] });
        expect(await state().seed([{ counter: old.counter, nanos: 70, resetAt: null }])).toEqual([
          old.counter,
        ]);
        expect(await state().admit(asked)).toEqual({ ...unseeded, counters: [other.counter] });
        await state().seed([{ counter: other.counter, nanos: 0, resetAt: other.resetAt }]);
        expect(held(await state().admit(asked))).toBe(10);
        expect(await sums(old)).toEqual([70, 0, 10]);
      });

      it('are to be seeded when the budget was set in the middle of the window', async () => {
        pass(HOUR_MS);
        const limit = budget(100, { start: START + 1, countedSince: clock() });
        expect(await state().admit(request([limit], 10))).toMatchObject({ kind: 'unseeded' });
        await state().seed([{ counter: limit.counter, nanos: 95, resetAt: limit.resetAt }]);
        expect(await state().admit(request([limit], 10))).toMatchObject({ kind: 'budget', spentNanos: 95 });
      });

      it('take over what open calls hold and owe under a former name', async () => {
        const [former, other] = [budget(100, { scope: 'key:old' }), budget(100, { scope: 'team:t' })];
        const [open, owing] = [await admit([former, other], 30), await admit([former], 20)];
        await settle(owing, 15);
        const counter = budget(100, { scope: 'key:new' }).counter;
        await state().seed([{ counter, nanos: 40, resetAt: null, former: [former.counter] }]);
        const reading = async () => (await state().counters([counter]))[0];
        expect(await reading()).toMatchObject({ spentNanos: 40, dueNanos: 15, heldNanos: 30 });
        // The new name has less room than the old one.
        expect(await state().extend({ callId: open, toNanos: 60, force: false })).toEqual({ heldNanos: 45 });
        await settle(open, 5);
        expect(await reading()).toMatchObject({ spentNanos: 40, dueNanos: 20, heldNanos: 0 });
      });

      it('that are known are not seeded', async () => {
        const limit = budget(100);
        await charge(await admit([limit], 10), 10, [limit]);
        const other = ever(5);
        const seeds = [limit, other].map(({ counter }) => ({ counter, nanos: 50, resetAt: null }));
        expect(await state().seed(seeds)).toEqual([other.counter]);
        expect(await state().seed(seeds)).toEqual([]);
        expect([await sums(limit), await sums(other)]).toEqual([
          [10, 0, 0],
          [50, 0, 0],
        ]);
      });

      it('are read in the order of their names', async () => {
        const [one, other] = [budget(100), budget(100, { scope: 'team:b' })];
        await admit([other], 10);
        const reading = { counter: other.counter, spentNanos: 0, dueNanos: 0, heldNanos: 10 };
        expect(await state().counters([one.counter, other.counter])).toEqual([null, reading]);
        expect(await state().counters([])).toEqual([]);
      });

      it('are corrected when they are known', async () => {
        const limit = budget(100);
        await charge(await admit([limit], 60), 60, [limit]);
        expect(await state().correct(limit.counter, -50)).toBe(true);
        expect(await sums(limit)).toEqual([10, 0, 0]);
        expect(await state().correct(ever(1).counter, 5)).toBe(false);
        expect(await sums(ever(1))).toBeNull();
      });
    });
  });
}

import type { Charge } from './budgets.js';
import type { Scope } from './state.js';
import { LEASE_MS, START, RATE_LIMITS, useMoney, type OpenState } from './_money.js';

/** What every adapter of `State` must do with what calls have cost. */
export function describeCharges(open: OpenState): void {
  describe('money', () => {
    const { budget, request, admit, settle, owe, charge, sums, state } = useMoney(open);

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
        await state().admit(asked);
        await settle(asked.callId, 12, { scopes, admittedTokens: 90, tokens: 40 });
        expect(await sums(limit)).toEqual([0, 12, 0]);
        const next = await state().admit(request([limit], 30, { scopes, tokens: 60 }));
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

    describe('owe', () => {
      it('takes off the hold what an attempt cost, once, until the ledger has it', async () => {
        const [key, team] = [budget(100), budget(100, { scope: 'team:b' })];
        const callId = await admit([key, team], 30);
        await owe(callId, 12);
        await owe(callId, 12);
        expect([await sums(key), await sums(team)]).toEqual([
          [0, 12, 18],
          [0, 12, 18],
        ]);
        await charge(callId, 12, [key, team]);
        await owe(callId, 12);
        expect(await sums(key)).toEqual([12, 0, 18]);
      });

      it('goes on over the settlement of another attempt, and each is paid by itself', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await owe(callId, 12);
        await settle(callId, 7, { attemptId: `${callId}:2` });
        expect(await sums(limit)).toEqual([0, 19, 0]);
        await charge(callId, 7, [limit], { attemptId: `${callId}:2` });
        expect(await sums(limit)).toEqual([7, 12, 0]);
        await charge(callId, 12, [limit]);
        expect(await sums(limit)).toEqual([19, 0, 0]);
      });

      it('is part of what the call costs as a whole', async () => {
        const limit = budget(100);
        const [failed, whole] = [await admit([limit], 30), await admit([limit], 30)];
        await owe(failed, 12);
        await settle(failed, 0);
        await owe(whole, 12);
        await settle(whole, 20);
        expect(await sums(limit)).toEqual([0, 32, 0]);
      });

      it('of an attempt that was settled as unknown is what that waited for', async () => {
        const limit = budget(100);
        const [before, after] = [await admit([limit], 30), await admit([limit], 30)];
        await owe(before, 12);
        await settle(before, null, { attemptId: `${before}:1` });
        await settle(after, null, { attemptId: `${after}:1` });
        expect(await sums(limit)).toEqual([0, 12, 30]);
        await owe(after, 8);
        expect(await sums(limit)).toEqual([0, 20, 0]);
      });

      it('is counted after the settlement too, and given up when nobody ever charges it', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await settle(callId, 7, { attemptId: `${callId}:2` });
        await owe(callId, 12);
        expect(await sums(limit)).toEqual([0, 19, 0]);
        await state().sweepHolds({ before: START + LEASE_MS, limit: 10 });
        expect(await sums(limit)).toEqual([0, 0, 0]);
        await charge(callId, 12, [limit]);
        expect(await sums(limit)).toEqual([12, 0, 0]);
      });

      it('is nothing for a call that is unknown', async () => {
        const limit = budget(100);
        await admit([limit], 30);
        await owe('unknown', 12);
        expect(await sums(limit)).toEqual([0, 0, 30]);
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

      it('keeps the rest of the hold of a call that is settled while another attempt is unknown', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 5, [limit], { status: 'unknown' });
        await settle(callId, 12, { attemptId: `${callId}:2` });
        expect(await sums(limit)).toEqual([5, 12, 13]);
        await charge(callId, 12, [limit], { attemptId: `${callId}:2` });
        expect(await sums(limit)).toEqual([17, 0, 13]);
        await charge(callId, 8, [limit]);
        expect(await sums(limit)).toEqual([20, 0, 0]);
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
        await state().charge([...items, ...items]);
        await state().charge([]);
        expect(await sums(limit)).toEqual([900, 0, 2_100]);
      });
    });
  });
}

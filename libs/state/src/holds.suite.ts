import { LEASE_MS, useMoney, type OpenState } from './_money.js';

/** What every adapter of `State` must do with what calls hold. */
export function describeHolds(open: OpenState): void {
  describe('holds', () => {
    const { budget, request, admit, settle, charge, sums, state, clock } = useMoney(open);

    describe('extend', () => {
      it('raises what is held on all counters, as far as each has room', async () => {
        const [key, team] = [budget(100), budget(50, { scope: 'team:b' })];
        const callId = await admit([key, team], 20);
        const extend = (toNanos: number, force = false) => state().extend({ callId, toNanos, force });
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
        expect(await state().extend({ callId, toNanos: 50, force: true })).toEqual({ heldNanos: 20 });
        const unknown = { callId: 'unknown', toNanos: 50, force: true };
        expect(await state().extend(unknown)).toEqual({ heldNanos: 0 });
        expect(await sums(limit)).toEqual([0, 0, 20]);
      });

      it('holds again for a call of which everything was charged', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 20);
        await charge(callId, 20, [limit]);
        expect(await state().extend({ callId, toNanos: 15, force: false })).toEqual({ heldNanos: 15 });
        const released = await state().sweepHolds({ before: clock() + LEASE_MS, limit: 10 });
        expect(released).toEqual([{ callId, heldNanos: 15, dueNanos: 0 }]);
        expect(await sums(limit)).toEqual([20, 0, 0]);
      });
    });

    describe('sweep', () => {
      const sweep = (before: number, limit = 100) => state().sweepHolds({ before, limit });

      it('releases what calls hold and owe whose lease has ended', async () => {
        const limit = budget(1_000);
        const [one, owing, later] = [
          await admit([limit], 30),
          await admit([limit], 40),
          request([limit], 50),
        ];
        await settle(owing, 25);
        await state().admit({ ...later, leaseUntil: clock() + LEASE_MS + 1 });
        expect(await sweep(clock() + LEASE_MS - 1)).toEqual([]);
        const released = await sweep(clock() + LEASE_MS);
        expect(released.toSorted((left, right) => left.callId.localeCompare(right.callId))).toEqual([
          { callId: one, heldNanos: 30, dueNanos: 0 },
          { callId: owing, heldNanos: 0, dueNanos: 25 },
        ]);
        expect(await sums(limit)).toEqual([0, 0, 50]);
        expect(await sweep(clock() + LEASE_MS)).toEqual([]);
      });

      it('leaves what is unknown until it is known', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await charge(callId, 5, [limit], { status: 'unknown' });
        expect(await sweep(clock() + LEASE_MS)).toEqual([]);
        await charge(callId, 7, [limit]);
        expect(await sums(limit)).toEqual([7, 0, 23]);
        expect(await sweep(clock() + LEASE_MS)).toEqual([{ callId, heldNanos: 23, dueNanos: 0 }]);
        expect(await sums(limit)).toEqual([7, 0, 0]);
      });

      it('keeps what a later settlement and charge of the same call say from counting wrong', async () => {
        const limit = budget(100);
        const callId = await admit([limit], 30);
        await sweep(clock() + LEASE_MS);
        await settle(callId, 12);
        expect(await state().extend({ callId, toNanos: 50, force: true })).toEqual({ heldNanos: 0 });
        await charge(callId, 12, [limit]);
        expect(await sums(limit)).toEqual([12, 0, 0]);
      });

      it('takes so many at a time', async () => {
        const limit = budget(1_000);
        for (let number = 0; number < 5; number++) await admit([limit], 10);
        expect(await sweep(clock() + LEASE_MS, 3)).toHaveLength(3);
        expect(await sums(limit)).toEqual([0, 0, 20]);
        expect(await sweep(clock() + LEASE_MS, 3)).toHaveLength(2);
      });
    });
  });
}

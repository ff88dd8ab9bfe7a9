import { FORGET_MS } from './circuit-table.js';
import type { State } from './state.js';

const START = 1_700_000_000_000;
const LEASE_MS = 30_000;

/** What every adapter of `State` must do with circuits. */
export function describeCircuits(open: (now: () => number) => Promise<State>): void {
  describe('circuits', () => {
    let clock: number;
    let state: State;

    const untilOf = (id: string): number | undefined => state.circuits().get(id)?.until;
    const isProbed = (id: string): boolean => (state.circuits().get(id)?.probingUntil ?? null) !== null;
    /** Opens it for a second and lets that pass; tells its deadline. */
    const halfOpen = async (id: string): Promise<number> => {
      const until = clock + 1_000;
      await state.openCircuit(id, until);
      clock = until;
      return until;
    };

    beforeEach(async () => {
      clock = START;
      state = await open(() => clock);
    });
    afterEach(() => state.close());

    it('are none at first', () => {
      expect(state.circuits().size).toBe(0);
    });

    it('stay in sight after their deadline, until somebody closes them', async () => {
      await state.openCircuit('one', clock + 5_000);
      expect([...state.circuits()]).toEqual([
        ['one', { until: clock + 5_000, probingUntil: null, opens: 1 }],
      ]);
      clock += 5_000;
      expect(untilOf('one')).toBe(clock);
      await state.closeCircuit('one', clock);
      expect(state.circuits().size).toBe(0);
    });

    it('are forgotten when they stay half-open for ten minutes', async () => {
      const until = await halfOpen('one');
      clock = until + FORGET_MS - 1;
      expect(untilOf('one')).toBe(until);
      clock += 1;
      expect(state.circuits().size).toBe(0);
      await state.openCircuit('one', clock + 1_000);
      expect(state.circuits().get('one')?.opens).toBe(1);
    });

    describe('opening', () => {
      it('lets the later deadline win and never shortens', async () => {
        await state.openCircuit('one', clock + 5_000);
        await state.openCircuit('one', clock + 9_000);
        await state.openCircuit('one', clock + 1_000);
        expect(untilOf('one')).toBe(clock + 9_000);
      });

      it.each([
        ['is over', 0],
        ['is no number', NaN],
        ['is endless', Infinity],
      ])('ignores a deadline that %s', async (_what, milliseconds) => {
        await state.openCircuit('one', clock + milliseconds);
        expect(state.circuits().size).toBe(0);
      });

      it('rounds up', async () => {
        await state.openCircuit('one', clock + 999.2);
        expect(untilOf('one')).toBe(clock + 1_000);
      });

      it('keeps one when another is closed', async () => {
        const until = await halfOpen('one');
        await state.openCircuit('a name with spaces', clock + 1_000);
        await state.closeCircuit('one', until);
        expect([...state.circuits().keys()]).toEqual(['a name with spaces']);
      });

      it('counts how often it happened in a row', async () => {
        await halfOpen('one');
        await halfOpen('one');
        await state.openCircuit('one', clock + 1_000);
        // Longer, but not anew: it was open.
        await state.openCircuit('one', clock + 2_000);
        expect(state.circuits().get('one')?.opens).toBe(3);
        clock += 2_000;
        await state.closeCircuit('one', clock);
        await state.openCircuit('one', clock + 1_000);
        expect(state.circuits().get('one')?.opens).toBe(1);
      });
    });

    describe('closing', () => {
      it('does not undo an opening that came after the probe had begun', async () => {
        const until = await halfOpen('one');
        expect(await state.claimProbe('one', LEASE_MS)).toBe(true);
        await state.openCircuit('one', clock + 1_000);
        await state.closeCircuit('one', until);
        expect(untilOf('one')).toBe(clock + 1_000);
        clock += 1_000;
        expect(untilOf('one')).toBe(clock);
      });

      it('holds against an opening that is told late', async () => {
        const until = await halfOpen('one');
        await state.closeCircuit('one', until);
        await state.openCircuit('one', until);
        expect(state.circuits().size).toBe(0);
      });

      it('does nothing to one that is closed', async () => {
        const until = await halfOpen('one');
        await state.closeCircuit('one', until);
        await state.closeCircuit('one', until);
        await state.closeCircuit('never opened', until);
        expect(state.circuits().size).toBe(0);
        await state.openCircuit('one', clock + 1_000);
        expect(untilOf('one')).toBe(clock + 1_000);
      });
    });

    describe('the probe', () => {
      it('is for half-open ones alone', async () => {
        expect(await state.claimProbe('one', LEASE_MS)).toBe(false);
        await state.openCircuit('one', clock + 1_000);
        expect(await state.claimProbe('one', LEASE_MS)).toBe(false);
        clock += 1_000;
        expect(await state.claimProbe('one', LEASE_MS)).toBe(true);
        await state.closeCircuit('one', clock);
        expect(await state.claimProbe('one', LEASE_MS)).toBe(false);
      });

      it('is one, however many ask at once', async () => {
        await halfOpen('one');
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => state.claimProbe('one', LEASE_MS)),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect(state.circuits().get('one')?.probingUntil).toBe(clock + LEASE_MS);
      });

      it('ends with its lease', async () => {
        await halfOpen('one');
        await state.claimProbe('one', LEASE_MS);
        clock += LEASE_MS - 1;
        expect(await state.claimProbe('one', LEASE_MS)).toBe(false);
        expect(isProbed('one')).toBe(true);
        clock += 1;
        expect(isProbed('one')).toBe(false);
        expect(await state.claimProbe('one', LEASE_MS)).toBe(true);
      });

      it('ends when it is given up', async () => {
        await halfOpen('one');
        await state.claimProbe('one', LEASE_MS);
        await state.releaseProbe('one');
        expect(isProbed('one')).toBe(false);
        expect(await state.claimProbe('one', LEASE_MS)).toBe(true);
        await state.releaseProbe('unknown');
      });

      it('ends when the circuit is opened anew', async () => {
        await halfOpen('one');
        await state.claimProbe('one', LEASE_MS);
        await halfOpen('one');
        expect(isProbed('one')).toBe(false);
        expect(await state.claimProbe('one', LEASE_MS)).toBe(true);
      });

      it('of one deployment is no other’s', async () => {
        await Promise.all([state.openCircuit('one', clock + 1_000), state.openCircuit('two', clock + 1_000)]);
        clock += 1_000;
        expect(await Promise.all(['one', 'two'].map((id) => state.claimProbe(id, LEASE_MS)))).toEqual([
          true,
          true,
        ]);
      });
    });
  });
}

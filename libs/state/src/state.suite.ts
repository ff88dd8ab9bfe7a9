import { WINDOW_MS } from './admission.js';
import { describeBudgets } from './budgets.suite.js';
import { describeCharges } from './charges.suite.js';
import { describeHolds } from './holds.suite.js';
import { describeCircuits } from './circuits.suite.js';
import type { AdmitRequest, Scope, SettleRequest, State } from './state.js';

export interface StateUnderTest {
  /** An empty state whose clock is the given one. */
  open(now: () => number): Promise<State>;
}

const MINUTE_START = 1_700_000_040_000;

const scope = (id: string, limits: Partial<Scope>): Scope => ({
  id,
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxParallelRequests: null,
  ...limits,
});

/** What every adapter of `State` must do. */
export function describeState(name: string, { open }: StateUnderTest): void {
  describe(`${name}: state`, () => {
    let clock: number;
    let state: State;
    let calls: number;

    const request = (scopes: readonly Scope[], patch: Partial<AdmitRequest> = {}): AdmitRequest => ({
      callId: `call-${String(++calls)}`,
      scopes,
      tokens: 0,
      now: clock,
      leaseUntil: clock + 600_000,
      ...patch,
    });
    const settlement = (admitted: AdmitRequest, tokens: number | null): SettleRequest => ({
      callId: admitted.callId,
      scopes: admitted.scopes,
      admittedAt: admitted.now,
      admittedTokens: admitted.tokens,
      tokens,
    });
    const isGranted = async (admitted: AdmitRequest): Promise<boolean> =>
      (await state.admit(admitted)).granted;

    beforeEach(async () => {
      clock = MINUTE_START + 10_000;
      calls = 0;
      state = await open(() => clock);
    });
    afterEach(() => state.close());

    describe('admit', () => {
      it('tells what is left after the call and when it is full again', async () => {
        const key = scope('key:a', { requestsPerMinute: 3, tokensPerMinute: 1_000, maxParallelRequests: 2 });
        expect(await state.admit(request([key], { tokens: 400 }))).toEqual({
          granted: true,
          remaining: [
            { scope: 'key:a', kind: 'requests', limit: 3, remaining: 2, resetAt: MINUTE_START + WINDOW_MS },
            {
              scope: 'key:a',
              kind: 'tokens',
              limit: 1_000,
              remaining: 600,
              resetAt: MINUTE_START + WINDOW_MS,
            },
            {
              scope: 'key:a',
              kind: 'max_parallel_requests',
              limit: 2,
              remaining: 1,
              resetAt: clock + 600_000,
            },
          ],
          heldNanos: null,
          budgets: [],
        });
      });

      it('grants what limits nothing', async () => {
        const free = { granted: true, remaining: [], heldNanos: null, budgets: [] };
        expect(await state.admit(request([scope('key:a', {})]))).toEqual(free);
        expect(await state.admit(request([]))).toEqual(free);
      });

      it('names the scope, the limit, what is left and when to come back', async () => {
        const scopes = [scope('key:a', { requestsPerMinute: 9 }), scope('team:b', { tokensPerMinute: 100 })];
        await state.admit(request(scopes, { tokens: 70 }));
        expect(await state.admit(request(scopes, { tokens: 31 }))).toEqual({
          granted: false,
          scope: 'team:b',
          kind: 'tokens',
          limit: 100,
          remaining: 30,
          resetAt: MINUTE_START + WINDOW_MS,
        });
        expect(await isGranted(request(scopes, { tokens: 30 }))).toBe(true);
      });

      it('charges nothing to any scope when one refuses', async () => {
        const roomy = scope('key:a', { requestsPerMinute: 2, tokensPerMinute: 10, maxParallelRequests: 2 });
        const full = scope('team:b', { requestsPerMinute: 1 });
        await state.admit(request([full]));
        for (let attempt = 0; attempt < 5; attempt++)
          expect(await isGranted(request([roomy, full], { tokens: 10 }))).toBe(false);
        const answer = await state.admit(request([roomy], { tokens: 10 }));
        expect(answer.granted && answer.remaining.map(({ remaining }) => remaining)).toEqual([1, 0, 1]);
      });

      it('gives a call that was granted the same answer again and charges it once', async () => {
        const key = scope('key:a', { requestsPerMinute: 3, tokensPerMinute: 100, maxParallelRequests: 3 });
        const first = request([key], { tokens: 10 });
        const answer = await state.admit(first);
        await state.admit(request([key]));
        expect(await state.admit(first)).toEqual(answer);
        const next = await state.admit(request([key]));
        expect(next.granted && next.remaining.map(({ remaining }) => remaining)).toEqual([0, 90, 0]);
      });

      it('judges a refused call anew', async () => {
        const key = scope('key:a', { maxParallelRequests: 1 });
        const [first, second] = [request([key]), request([key])];
        await state.admit(first);
        expect(await isGranted(second)).toBe(false);
        await state.settle(settlement(first, null));
        expect(await isGranted(second)).toBe(true);
      });

      it('starts a new window with the minute', async () => {
        const key = scope('key:a', { requestsPerMinute: 1 });
        clock = MINUTE_START + WINDOW_MS - 1;
        expect(await isGranted(request([key]))).toBe(true);
        expect(await isGranted(request([key]))).toBe(false);
        clock = MINUTE_START + WINDOW_MS;
        expect(await isGranted(request([key]))).toBe(true);
      });

      it('never grants more than the limit, however many ask at once', async () => {
        const key = scope('key:a', { requestsPerMinute: 100, maxParallelRequests: 400 });
        const team = scope('team:b', { tokensPerMinute: 1_000 });
        const answers = await Promise.all(
          Array.from({ length: 500 }, async () => state.admit(request([key, team], { tokens: 10 }))),
        );
        expect(answers.filter((answer) => answer.granted)).toHaveLength(100);
        expect(answers.filter((answer) => 'scope' in answer && answer.scope !== 'key:a')).toEqual([]);
      });

      it('tells every one of many parallel calls another remainder', async () => {
        const key = scope('key:a', { requestsPerMinute: 50 });
        const answers = await Promise.all(
          Array.from({ length: 50 }, async () => state.admit(request([key]))),
        );
        const left = answers.map((answer) => (answer.granted ? answer.remaining[0]?.remaining : undefined));
        expect(new Set(left).size).toBe(50);
      });
    });

    describe('a share of a capacity', () => {
      const capacity = scope('model:m', { requestsPerMinute: 10, tokensPerMinute: 1_000 });
      const share = { of: 'model:m', saturation: 0.8 };
      const batch = scope('model:m/batch', { requestsPerMinute: 2, share });

      it('binds only from the saturation of that capacity on', async () => {
        for (let call = 0; call < 8; call++) expect(await isGranted(request([batch, capacity]))).toBe(true);
        expect(await state.admit(request([batch, capacity]))).toMatchObject({
          granted: false,
          scope: 'model:m/batch',
          kind: 'requests',
          limit: 2,
          remaining: 0,
        });
        expect(await isGranted(request([capacity]))).toBe(true);
        expect(await isGranted(request([capacity]))).toBe(true);
        expect(await state.admit(request([capacity]))).toMatchObject({ scope: 'model:m', kind: 'requests' });
      });

      it('looks at each limit by itself', async () => {
        const tokens = scope('model:m/batch', { requestsPerMinute: 2, tokensPerMinute: 100, share });
        const asks = [700, 150, 1].map((count) => request([capacity, tokens], { tokens: count }));
        expect(await isGranted(asks[0]!)).toBe(true);
        expect(await isGranted(asks[1]!)).toBe(true);
        expect(await state.admit(asks[2]!)).toMatchObject({ scope: 'model:m/batch', kind: 'tokens' });
      });

      it('binds a call that does not ask for the capacity, and never by what that does not limit', async () => {
        expect(await isGranted(request([batch]))).toBe(true);
        expect(await isGranted(request([batch]))).toBe(true);
        expect(await isGranted(request([batch]))).toBe(false);
        const parallel = scope('model:m/batch', { maxParallelRequests: 1, share });
        for (let call = 0; call < 3; call++)
          expect(await isGranted(request([parallel, capacity]))).toBe(true);
      });
    });

    describe('leases', () => {
      const key = scope('key:a', { maxParallelRequests: 1 });

      it('refuses until the earliest one ends by itself', async () => {
        const leaseUntil = clock + 30_000;
        await state.admit(request([key], { leaseUntil }));
        clock += 29_999;
        expect(await state.admit(request([key]))).toMatchObject({
          granted: false,
          kind: 'max_parallel_requests',
          remaining: 0,
          resetAt: leaseUntil,
        });
        clock += 1;
        expect(await isGranted(request([key]))).toBe(true);
      });

      it('outlive the minute in which they began', async () => {
        await state.admit(request([key]));
        clock += 2 * WINDOW_MS;
        expect(await isGranted(request([key]))).toBe(false);
      });
    });

    describe('settle', () => {
      const key = scope('key:a', { tokensPerMinute: 100, maxParallelRequests: 1 });

      it('frees the slot and replaces the estimate by the true count', async () => {
        const first = request([key], { tokens: 90 });
        await state.admit(first);
        await state.settle(settlement(first, 20));
        expect(await isGranted(request([key], { tokens: 80 }))).toBe(true);
      });

      it('charges what exceeds the estimate', async () => {
        const first = request([key], { tokens: 10 });
        await state.admit(first);
        await state.settle(settlement(first, 95));
        expect(await state.admit(request([key], { tokens: 6 }))).toMatchObject({
          kind: 'tokens',
          remaining: 5,
        });
      });

      it('makes room for calls that ask in the same moment', async () => {
        const both = [key, scope('team:b', { requestsPerMinute: 9, maxParallelRequests: 2 })];
        const first = request(both, { tokens: 90 });
        await state.admit(first);
        const settled = state.settle(settlement(first, 20));
        const asked = [
          request(both, { tokens: 70 }),
          request(both),
          request([both[1]!]),
          request([both[1]!]),
        ];
        const answers = await Promise.all(asked.map(async (one) => state.admit(one)));
        await settled;
        expect(answers.map(({ granted }) => granted)).toEqual([true, false, true, false]);
        expect(answers[1]).toMatchObject({ scope: 'key:a', kind: 'max_parallel_requests', remaining: 0 });
        const last = answers[2];
        expect(last?.granted && last.remaining.map(({ remaining }) => remaining)).toEqual([6, 0]);
      });

      it('keeps the estimate when the count is unknown', async () => {
        const first = request([key], { tokens: 60 });
        await state.admit(first);
        await state.settle(settlement(first, null));
        expect(await isGranted(request([key], { tokens: 41 }))).toBe(false);
        expect(await isGranted(request([key], { tokens: 40 }))).toBe(true);
      });

      it('counts once, however often it is told', async () => {
        const first = request([key], { tokens: 50 });
        await state.admit(first);
        await state.settle(settlement(first, 40));
        await state.settle(settlement(first, 40));
        await state.settle(settlement(first, 0));
        expect(await isGranted(request([key], { tokens: 61 }))).toBe(false);
        expect(await isGranted(request([key], { tokens: 60 }))).toBe(true);
      });

      it('gives nothing back for a call that was never admitted', async () => {
        await state.admit(request([scope('key:a', { tokensPerMinute: 100 })], { tokens: 60 }));
        await state.settle(settlement(request([key], { tokens: 60 }), 0));
        expect(await isGranted(request([key], { tokens: 41 }))).toBe(false);
      });

      it('corrects the minute of the admission, not the present one', async () => {
        const first = request([key], { tokens: 100 });
        await state.admit(first);
        clock += WINDOW_MS;
        const second = request([scope('key:a', { tokensPerMinute: 100 })], { tokens: 100 });
        expect(await isGranted(second)).toBe(true);
        await state.settle(settlement(first, 0));
        expect(await isGranted(request([key], { tokens: 1 }))).toBe(false);
      });

      it('does not charge a call again that is admitted again after it', async () => {
        const first = request([key], { tokens: 50 });
        await state.admit(first);
        await state.settle(settlement(first, 50));
        expect(await isGranted(first)).toBe(true);
        expect(await isGranted(request([key], { tokens: 50 }))).toBe(true);
      });
    });

    describeBudgets(open);
    describeCharges(open);
    describeHolds(open);
    describeCircuits(open);

    it('is connected', () => {
      expect(state.isConnected()).toBe(true);
    });
  });
}

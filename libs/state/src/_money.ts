import { counterName } from '@tollgate/contracts';
import type { BudgetLimit, CallCost, Charge } from './budgets.js';
import type { Admission, AdmitRequest, SettleRequest, State } from './state.js';

export type OpenState = (now: () => number) => Promise<State>;

export const START = 1_700_000_040_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const LEASE_MS = 600_000;

export const RATE_LIMITS = { requestsPerMinute: null, tokensPerMinute: null, maxParallelRequests: null };

/** A fresh state for each test, and short words for what is asked of it. */
export function useMoney(open: OpenState) {
  let clock: number;
  let state: State;
  let calls: number;

  /** Of a window that begins now, so that nothing need be seeded. */
  const budget = (maxNanos: number, changes: Partial<BudgetLimit> & { start?: number } = {}): BudgetLimit => {
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
  const owe = (callId: string, costNanos: number): Promise<void> =>
    state.owe({ callId, attemptId: `${callId}:1`, costNanos });
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

  return {
    ...{ budget, costs, request, held, admit, settle, owe, charge, sums },
    state: () => state,
    clock: () => clock,
    pass: (milliseconds: number) => {
      clock += milliseconds;
    },
  };
}

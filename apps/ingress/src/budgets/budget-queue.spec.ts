import { GatewayError } from '@tollgate/contracts';
import type { Admission, BudgetRefusal } from '@tollgate/state';
import { BudgetQueue, mayHaveRoom, type Want } from './budget-queue.js';

const refusal = (change: Partial<BudgetRefusal> = {}): BudgetRefusal => ({
  granted: false,
  kind: 'budget',
  scope: 'key:a',
  counter: 'key:a|||0',
  window: null,
  maxNanos: 100,
  spentNanos: 90,
  dueNanos: 0,
  heldNanos: 10,
  resetAt: null,
  ...change,
});

const GRANTED: Admission = { granted: true, remaining: [], heldNanos: 5, budgets: [] };
const FAR = Number.MAX_SAFE_INTEGER;
const wantOf = (ask: Want['ask'], until = FAR): Want => ({ ask, nanos: 1, until });

it('there may be room while less than the maximum is spent and owed', () => {
  expect(mayHaveRoom(refusal(), 10)).toBe(true);
  expect(mayHaveRoom(refusal(), 11)).toBe(false);
  expect(mayHaveRoom(refusal({ dueNanos: 10 }), 1)).toBe(false);
});

describe('BudgetQueue', () => {
  /** Answers in turn, the last one for ever; counts how often it is asked. */
  const script = (...answers: (Admission | Error)[]) => {
    let asked = 0;
    const ask = async (): Promise<Admission> => {
      const answer = answers[Math.min(asked, answers.length - 1)]!;
      asked += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { ask, asked: () => asked };
  };

  it('lets a call in as soon as there is room', async () => {
    const { ask, asked } = script(refusal(), refusal(), GRANTED);
    expect(await new BudgetQueue().wait(refusal(), wantOf(ask))).toBe(GRANTED);
    expect(asked()).toBe(3);
  });

  it('asks for one call at a time, in the order in which they came', async () => {
    const queue = new BudgetQueue();
    const order: number[] = [];
    const waits = [1, 2, 3].map((number) =>
      queue.wait(
        refusal(),
        wantOf(async () => {
          order.push(number);
          return GRANTED;
        }),
      ),
    );
    await Promise.all(waits);
    expect(order).toEqual([1, 2, 3]);
  });

  it('tells at once when the money is gone for good', async () => {
    const gone = refusal({ spentNanos: 100, heldNanos: 0 });
    expect(await new BudgetQueue().wait(refusal(), wantOf(script(gone).ask))).toBe(gone);
  });

  it('leaves what another counter refuses to whoever waits for that', async () => {
    const other = refusal({ counter: 'team:b|||0' });
    expect(await new BudgetQueue().wait(refusal(), wantOf(script(other).ask))).toBe(other);
  });

  it('gives up when time is over, with the last refusal', async () => {
    let now = 0;
    const last = refusal({ heldNanos: 7 });
    const queue = new BudgetQueue(() => now);
    const answer = await queue.wait(
      refusal(),
      wantOf(async () => ((now += 60), last), 100),
    );
    expect(answer).toBe(last);
  });

  it('asks again as soon as a call of the counter ends', async () => {
    const queue = new BudgetQueue();
    let asked = 0;
    let woken = 0;
    const wake = (): void => {
      woken += 1;
      queue.ended(['key:a|||0', 'key:b|||0']);
    };
    const ask = async (): Promise<Admission> => {
      asked += 1;
      if (asked < 50) setImmediate(wake);
      return asked < 50 ? refusal() : GRANTED;
    };
    await queue.wait(refusal(), wantOf(ask));
    expect(asked).toBe(50);
    // By the clock alone nobody would have been woken.
    expect(woken).toBeGreaterThan(40);
  });

  it('passes on what goes wrong, and goes on with the next', async () => {
    const queue = new BudgetQueue();
    const broken = queue.wait(refusal(), wantOf(script(new Error('state is away')).ask));
    const next = queue.wait(refusal(), wantOf(script(GRANTED).ask));
    await expect(broken).rejects.toThrow('state is away');
    expect(await next).toBe(GRANTED);
  });

  it('tells all who wait when shared state is silent, which it asks once', async () => {
    const queue = new BudgetQueue();
    const away = new GatewayError('service_unavailable', 'away');
    const { ask, asked } = script(away);
    const waits = Array.from({ length: 20 }, () => queue.wait(refusal(), wantOf(ask)));
    const results = await Promise.allSettled(waits);
    expect(results).toEqual(waits.map(() => ({ status: 'rejected', reason: away })));
    expect(asked()).toBe(1);
    expect(await queue.wait(refusal(), wantOf(script(GRANTED).ask))).toBe(GRANTED);
  });
});

import { alertRaised, budgetAlertDetails, budgetAlertId, type Alert } from '@tollgate/contracts';
import type { Bus } from '@tollgate/bus';
import type { BudgetRefusal } from '@tollgate/state';
import { setLogLevel } from '@tollgate/observability';
import { BudgetNews } from './budget-news.js';

const refusal = (change: Partial<BudgetRefusal> = {}): BudgetRefusal => ({
  granted: false,
  kind: 'budget',
  scope: 'team:7',
  counter: 'team:7||1mo|1790000000000',
  window: '1mo',
  resetAt: null,
  ...{ spentNanos: 800_000_000, dueNanos: 100_000_000, heldNanos: 0, maxNanos: 1_000_000_000 },
  ...change,
});

let alerts: Alert[];
let isAway: boolean;
let news: BudgetNews;
beforeEach(() => {
  setLogLevel('silent');
  [alerts, isAway] = [[], false];
  const record = async (contract: unknown, alert: unknown): Promise<void> => {
    expect(contract).toBe(alertRaised);
    if (isAway) throw new Error('outbox is full');
    alerts.push(alert as Alert);
  };
  news = new BudgetNews({ record } as unknown as Bus);
});

it('tells of a budget that refuses calls once, as the same alert that billing tells', () => {
  for (let call = 0; call < 1_000; call += 1) news.refused(refusal(), null, 5);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({
    id: budgetAlertId('team:7||1mo|1790000000000', '100', 1_000_000_000),
    type: 'budget_alerts',
    message:
      'Budget crossed: team:7 has spent $0.90 of $1.00 in the 1mo since 2026-09-21T14:13:20.000Z, and its calls are refused',
  });
  expect(budgetAlertDetails.parse(alerts[0]?.details)).toMatchObject({
    scope: { kind: 'team', id: '7' },
    spendNanos: 900_000_000,
    line: 'team:7||1mo|100',
  });
  news.refused(refusal({ maxNanos: 900_000_000 }), null, 6);
  news.refused(refusal({ counter: 'team:7||1mo|1792000000000' }), null, 6);
  expect(alerts).toHaveLength(3);
});

it('names who has a name', () => {
  news.refused(refusal(), 'Search', 5);
  const counter = `key:${'a'.repeat(64)}|||0`;
  news.refused(refusal({ counter, scope: `key:${'a'.repeat(64)}`, window: null }), 'batch', 5);
  expect(alerts.map(({ message }) => message.split(' has ')[0])).toEqual([
    "Budget crossed: team 'Search' (7)",
    "Budget crossed: key 'batch' (aaaaaaaaaaaa…)",
  ]);
  expect(alerts[0]?.details).toMatchObject({ alias: 'Search' });
});

it('says nothing of what open calls hold, nor of a budget of nothing', () => {
  news.refused(refusal({ heldNanos: 1 }), null, 5);
  news.refused(refusal({ maxNanos: 0 }), null, 5);
  expect(alerts).toEqual([]);
});

it('tells again what could not be kept', async () => {
  isAway = true;
  news.refused(refusal(), null, 5);
  await new Promise((resolve) => setImmediate(resolve));
  isAway = false;
  news.refused(refusal(), null, 6);
  expect(alerts).toHaveLength(1);
});

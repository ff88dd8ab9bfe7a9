import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { ALERTING_DEFAULTS, LiveConfig, demoConfig } from '@tollgate/config';
import {
  NO_LIMITS,
  budgetAlertDetails,
  type Alert,
  type Budget,
  type ScopeRecord,
  type ScopeRef,
} from '@tollgate/contracts';
import { openDatabase, type Database } from '@tollgate/database';
import { setLogLevel } from '@tollgate/observability';
import { BILLING_SCHEMA } from '../../schema.js';
import { AlertDesk } from '../alert-desk.js';
import { AlertStore } from '../alert-store.js';
import type { AlertDeliveries } from '../delivery/alert-deliveries.js';
import { DeliveryStore } from '../delivery/delivery-store.js';
import { BudgetCheck } from './budget-check.js';
import { BudgetWatch } from './budget-watch.js';
import { crossingsOf, forecastOf } from './thresholds.js';
import { budgetsOf } from './watched-budget.js';

const DOLLAR = 1_000_000_000;
const DAY_MS = 86_400_000;
const NOVEMBER = Date.UTC(2026, 10, 1);

const monthly = (max: number | null, soft: number | null = null): Budget => ({
  window: '1mo',
  maxNanos: max === null ? null : max * DOLLAR,
  softNanos: soft === null ? null : soft * DOLLAR,
});

const scopeOf = (change: Partial<ScopeRecord> = {}, ...budgets: Budget[]): ScopeRecord => ({
  kind: 'team',
  id: '7',
  alias: 'Search',
  blocked: false,
  models: [],
  limits: { ...NO_LIMITS, budgets },
  metadata: {},
  ...change,
});

const watched = (scope: ScopeRecord, now = NOVEMBER + DAY_MS) => budgetsOf(scope, now, 'UTC');
const only = (...budgets: Budget[]) => watched(scopeOf({}, ...budgets))[0]!;

describe('thresholds', () => {
  const namesAt = (dollars: number, budget = only(monthly(100, 50))) =>
    crossingsOf(budget, dollars * DOLLAR).map(({ threshold }) => threshold);

  it.each([
    [49.99, []],
    [50, ['soft']],
    [84.99, ['soft']],
    [85, ['soft', '85']],
    [95, ['soft', '95']],
    [99.99, ['soft', '95']],
    [100, ['soft', '100']],
    [140, ['soft', '100']],
  ])('at %d dollars of 100 with a soft budget of 50: %j', (dollars, expected) => {
    expect(namesAt(dollars)).toEqual(expected);
  });

  it('there are none of a budget of nothing, and only the soft one without a hard one', () => {
    expect(namesAt(0, only(monthly(0, 0)))).toEqual([]);
    expect(namesAt(80, only(monthly(null, 50)))).toEqual(['soft']);
  });

  it('a temporary increase is room until it is over', () => {
    const until = NOVEMBER + 2 * DAY_MS;
    const limits = {
      ...NO_LIMITS,
      budgets: [monthly(100)],
      temporaryIncrease: { nanos: 50 * DOLLAR, until },
    };
    const at = (now: number) => namesAt(100, watched(scopeOf({ limits }), now)[0]);
    expect(at(until - 1)).toEqual([]);
    expect(at(until)).toEqual(['100']);
  });
});

describe('forecasts', () => {
  const forecast = (spent: number, days: number, window = '1mo') =>
    forecastOf(only({ ...monthly(100), window }), spent * DOLLAR, NOVEMBER + days * DAY_MS);

  it('name the day on which the budget is reached', () => {
    const found = forecast(50, 10);
    expect(found?.projectedAt).toBe(NOVEMBER + 20 * DAY_MS);
    expect(found?.projectedNanos).toBe(150 * DOLLAR);
  });

  it.each([
    ['the budget lasts', 33, 10, '1mo'],
    ['the window has hardly begun', 20, 2, '1mo'],
    ['it is spent already', 100, 10, '1mo'],
    ['nothing was spent', 0, 10, '1mo'],
    ['the window is short', 90, 0.04, '1h'],
  ])('there is none when %s', (_why, spent, days, window) => {
    expect(forecast(spent, days, window)).toBeNull();
  });
});

describe('BudgetWatch', () => {
  let directory: string;
  let database: Database;
  let store: AlertStore;
  let records: ScopeRecord[];
  let spent: Map<string, number>;
  let now: number;
  let quietMs: number | null;
  const announce = jest.fn<AlertDeliveries['announce']>();
  const find = jest.fn(async (_scopes: readonly ScopeRef[]) => records);

  beforeAll(async () => {
    setLogLevel('silent');
    directory = await mkdtemp(join(tmpdir(), 'tollgate-budgets-'));
    database = await openDatabase({ dataDirectory: directory }, BILLING_SCHEMA);
    store = new AlertStore(database);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    await database.dataSource.query('truncate alert cascade');
    [records, spent, now, quietMs] = [[], new Map(), NOVEMBER + 10 * DAY_MS, null];
    announce.mockReset().mockResolvedValue(undefined);
    find.mockReset().mockImplementation(async () => records);
  });

  /** A process: what it remembers dies with it. */
  const begin = () => {
    const alerting = { ...ALERTING_DEFAULTS, channels: ['slack' as const], budgetQuietMs: quietMs };
    const config = new LiveConfig({ ...demoConfig(), general: { ...demoConfig().general, alerting } });
    const clock = { now: () => now, sweepMs: 1_000 };
    const deliveries = { announce } as unknown as AlertDeliveries;
    const desk = new AlertDesk(store, new DeliveryStore(database), deliveries, config, clock);
    const sums = { spentOf: async () => spent };
    const check = new BudgetCheck({ find }, sums, desk, store, config, clock);
    const page = async (_since: number, after: ScopeRef | null) => (after === null ? records : []);
    return new BudgetWatch(check, { page }, clock);
  };

  const told = () => store.page({ type: 'budget_alerts', limit: 100 });
  const tells = async (count: number): Promise<Alert[]> => {
    for (;;) {
      const alerts = await told();
      if (alerts.length >= count) return alerts;
      await delay(20);
    }
  };
  const team = (...budgets: Budget[]) => {
    const record = scopeOf({}, ...budgets);
    records = [record];
    return { record, counter: watched(record, now)[0]!.counter };
  };

  it('tells of a crossing within seconds, and of how things stand', async () => {
    const { record, counter } = team(monthly(100, 50));
    spent.set(counter, 50.2 * DOLLAR);
    const watch = begin();
    const began = Date.now();
    watch.spent([record]);
    const [alert] = await tells(1);
    expect(Date.now() - began).toBeLessThan(4_000);
    expect(alert?.message).toBe(
      "Soft budget crossed: team 'Search' (7) has spent $50.20 of $50.00 in the 1mo since 2026-11-01 00:00:00 UTC (hard budget $100.00)",
    );
    expect(budgetAlertDetails.parse(alert?.details)).toMatchObject({
      event: 'soft_budget_crossed',
      scope: { kind: 'team', id: '7' },
      spendNanos: 50.2 * DOLLAR,
      maxNanos: 100 * DOLLAR,
    });
    expect(announce.mock.calls[0]?.[0]).toEqual(['slack']);
    await watch.beforeApplicationShutdown();
  });

  it('asks once for many batches, whatever they touch', async () => {
    const watch = begin();
    for (let batch = 0; batch < 500; batch += 1)
      watch.spent([
        { kind: 'team', id: '7' },
        { kind: 'key', id: `k${batch % 50}` },
      ]);
    await watch.beforeApplicationShutdown();
    expect(find).toHaveBeenCalledTimes(1);
    expect(find.mock.calls[0]?.[0]).toHaveLength(51);
  });

  it('tells of each line once in a window, through restarts, and again in the next window and of another budget', async () => {
    const { record, counter } = team(monthly(100));
    const look = async (): Promise<number> => {
      const watch = begin();
      watch.spent([record]);
      await watch.beforeApplicationShutdown();
      return (await told()).length;
    };
    spent.set(counter, 86 * DOLLAR);
    expect(await look()).toBe(1);
    expect(await look()).toBe(1);
    spent.set(counter, 101 * DOLLAR);
    expect(await look()).toBe(2);
    expect(await look()).toBe(2);
    records = [scopeOf({}, monthly(110))];
    expect(await look()).toBe(3);
    now = NOVEMBER + 31 * DAY_MS;
    expect(await look()).toBe(3);
    spent.set(watched(records[0]!, now)[0]!.counter, 109 * DOLLAR);
    expect(await look()).toBe(4);
  });

  it('is quiet about a line for budget_alert_ttl, over windows', async () => {
    quietMs = DAY_MS;
    const hourly: Budget = { window: '1h', maxNanos: 10 * DOLLAR, softNanos: null };
    const look = async (at: number): Promise<number> => {
      now = at;
      const { record, counter } = team(hourly);
      spent.set(counter, 9 * DOLLAR);
      const watch = begin();
      watch.spent([record]);
      await watch.beforeApplicationShutdown();
      return (await told()).length;
    };
    const start = now;
    expect(await look(start)).toBe(1);
    expect(await look(start + DAY_MS / 2)).toBe(1);
    expect(await look(start + DAY_MS + 1)).toBe(2);
  });

  it('tells of budgets for one model, of keys by a part of their hash, and of the gateway', async () => {
    const of = (kind: ScopeRef['kind'], id: string, limits: ScopeRecord['limits']): ScopeRecord =>
      scopeOf({ kind, id, alias: null, limits });
    const hash = 'ab'.repeat(32);
    const { requestsPerMinute, tokensPerMinute, maxParallelRequests } = NO_LIMITS;
    const rates = { requestsPerMinute, tokensPerMinute, maxParallelRequests };
    records = [
      of('key', hash, { ...NO_LIMITS, models: { 'gpt-4o': { ...rates, budgets: [monthly(1)] } } }),
      of('gateway', 'all', { ...NO_LIMITS, budgets: [{ ...monthly(1_000), window: null }] }),
    ];
    for (const { counter } of records.flatMap((record) => watched(record, now)))
      spent.set(counter, 1_200 * DOLLAR);
    const watch = begin();
    watch.spent(records);
    await watch.beforeApplicationShutdown();
    expect((await told()).map(({ message }) => message).sort()).toEqual([
      'Budget crossed: key abababababab… for gpt-4o has spent $1200.00 of $1.00 in the 1mo since 2026-11-01 00:00:00 UTC; its calls are refused',
      'Budget crossed: the whole gateway has spent $1200.00 of $1000.00; its calls are refused',
    ]);
  });

  it('finds by the clock what a dead process left out, and forecasts', async () => {
    const { counter } = team(monthly(100, 40));
    spent.set(counter, 60 * DOLLAR);
    const [job] = begin().jobs();
    await job?.run(null);
    await job?.run(null);
    expect((await told()).map(({ message }) => message.slice(0, 60)).sort()).toEqual([
      "Budget forecast: at this rate team 'Search' (7) reaches its ",
      "Soft budget crossed: team 'Search' (7) has spent $60.00 of $",
    ]);
    const forecast = (await told()).find(({ details }) => details['threshold'] === 'forecast');
    expect(forecast?.message).toContain('on 2026-11-17 16:00:00 UTC');
  });

  it('looks again when the database was away', async () => {
    const { record, counter } = team(monthly(100));
    spent.set(counter, 90 * DOLLAR);
    find.mockRejectedValueOnce(new Error('away'));
    const watch = begin();
    watch.spent([record]);
    await tells(1);
    expect(find).toHaveBeenCalledTimes(2);
    await watch.beforeApplicationShutdown();
  });
});

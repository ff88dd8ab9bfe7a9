import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { ALERTING_DEFAULTS, LiveConfig, demoConfig, type BudgetSettings } from '@tollgate/config';
import { NO_LIMITS, type Alert, type Budget, type UsageEvent } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { MemoryState } from '@tollgate/state';
import {
  ACTOR,
  describeOnDatabases,
  fresh,
  newEntry,
  newKey,
  type DirectoryStage,
} from '../_directory-stage.js';
import { LedgerCounters } from '../counters/ledger-counters.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { usageEvent } from '../ledger/_stage.js';
import { SpendSums } from '../spend/spend-sums.js';
import { AlertDesk } from './alert-desk.js';
import { AlertStore } from './alert-store.js';
import { BudgetCheck } from './budgets/budget-check.js';
import { BudgetWatch } from './budgets/budget-watch.js';
import { ConfiguredLimits } from './budgets/configured-limits.js';
import { CounterSums } from './budgets/counter-sums.js';
import { SpendingScopes } from './budgets/spending-scopes.js';
import type { AlertDeliveries } from './delivery/alert-deliveries.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { ReportJobs } from './reports/report-jobs.js';
import { ReportQueries } from './reports/report-queries.js';
import { LedgerNews } from './sources/ledger-news.js';

const DOLLAR = 1_000_000_000;
const DAY_MS = 86_400_000;
/** A Sunday. */
const NOVEMBER = Date.UTC(2026, 10, 1);

const monthly = (max: number | null, soft: number | null = null): Budget => ({
  window: '1mo',
  maxNanos: max === null ? null : max * DOLLAR,
  softNanos: soft === null ? null : soft * DOLLAR,
});

describeOnDatabases('Alerts of the ledger', (stage: () => DirectoryStage) => {
  let now: number;
  let store: AlertStore;
  let ledger: Ledger;
  let news: LedgerNews;
  let budgets: BudgetWatch;
  let reports: ReportJobs;

  const begin = (settings: Partial<BudgetSettings> = {}): void => {
    const { database, scopes, directory } = stage();
    const { general } = demoConfig();
    const alerting = { ...ALERTING_DEFAULTS, channels: ['slack' as const] };
    const config = new LiveConfig({
      ...demoConfig(),
      general: { ...general, alerting, budgets: { ...general.budgets, ...settings } },
    });
    const clock = { now: () => now, sweepMs: 1_000 };
    const announce = jest.fn<AlertDeliveries['announce']>().mockResolvedValue(undefined);
    store = new AlertStore(database);
    const deliveries = { announce } as unknown as AlertDeliveries;
    const desk = new AlertDesk(store, new DeliveryStore(database), deliveries, config, clock);
    const limits = new ConfiguredLimits(scopes, directory, config);
    const spendSums = new SpendSums(database);
    const counters = new LedgerCounters(database, spendSums, config);
    const sums = new CounterSums(new MemoryState(), spendSums, database, counters, clock);
    const check = new BudgetCheck(limits, sums, desk, store, config, clock);
    budgets = new BudgetWatch(check, new SpendingScopes(database), clock);
    news = new LedgerNews(budgets, desk);
    ledger = new Ledger(database, new Partitions(database));
    reports = new ReportJobs(new ReportQueries(database), desk, config, limits, clock);
  };

  beforeEach(() => {
    setLogLevel('silent');
    now = NOVEMBER + 10 * DAY_MS;
  });
  afterEach(async () => {
    await budgets.beforeApplicationShutdown();
    await stage().database.dataSource.query('truncate alert cascade');
  });

  const spend = async (dollars: number, change: Partial<UsageEvent>): Promise<void> => {
    const times = { calledAt: now, startedAt: now, endedAt: now + 2_000 };
    const event = usageEvent({ ...times, costNanos: dollars * DOLLAR, ...change });
    await ledger.record([event]);
    news.recorded([event]);
  };
  const told = (type: Alert['type'] = 'budget_alerts') => store.page({ type, limit: 100 });
  const tells = async (count: number): Promise<string[]> => {
    for (;;) {
      const alerts = await told();
      if (alerts.length >= count) return alerts.map(({ details }) => String(details['line'])).sort();
      await delay(20);
    }
  };
  const newTeam = async (...limits: Budget[]): Promise<string> => {
    const id = fresh('team');
    const entry = newEntry('team', { id, alias: `Team ${id}`, limits: { ...NO_LIMITS, budgets: limits } });
    await stage().entries.create(ACTOR, entry);
    return id;
  };

  it('tells of soft and hard budgets within seconds of the batch that crosses them', async () => {
    begin();
    const teamId = await newTeam(monthly(100, 50));
    const key = newKey({ teamId, limits: { ...NO_LIMITS, budgets: [{ ...monthly(60), window: null }] } });
    await stage().keyAdmin.create(ACTOR, key);
    await spend(49, { teamId, keyHash: key.hash });
    await spend(2, { teamId, keyHash: key.hash });
    expect(await tells(2)).toEqual([`key:${key.hash}|||85`, `team:${teamId}||1mo|soft`]);
    await spend(50, { teamId });
    expect(await tells(3)).toContain(`team:${teamId}||1mo|100`);
    // What was spent in another month is no part of this one's budget.
    now = NOVEMBER + 40 * DAY_MS;
    await spend(49, { teamId });
    await budgets.beforeApplicationShutdown();
    expect(await told()).toHaveLength(3);
  });

  it('tells of the budgets of the gateway, and of end users that nobody knows', async () => {
    now = NOVEMBER + 70 * DAY_MS;
    const hourly = { window: '1h', maxNanos: 10 * DOLLAR, softNanos: null };
    begin({ gateway: [hourly], endUser: [{ ...hourly, maxNanos: 2 * DOLLAR }] });
    await spend(2, { endUser: 'visitor' });
    expect(await tells(1)).toEqual(['end_user:visitor||1h|100']);
    await spend(8, {});
    expect(await tells(2)).toContain('gateway:all||1h|100');
  });

  it('counts an own budget of a user for personal keys alone', async () => {
    begin();
    const id = fresh('user');
    const limits = { ...NO_LIMITS, budgets: [monthly(10)] };
    await stage().entries.create(ACTOR, newEntry('user', { id, limits }));
    await spend(10, { userId: id, teamId: 'any' });
    await spend(9, { userId: id });
    expect(await tells(1)).toEqual([`user:${id}||1mo|85`]);
  });

  it('forecasts by the clock, from what scopes have spent that were active', async () => {
    begin();
    const teamId = await newTeam(monthly(100));
    await spend(50, { teamId });
    const [job] = budgets.jobs();
    await job?.run(null);
    const alert = (await told()).find(({ details }) => String(details['line']).includes(teamId));
    expect(alert?.details).toMatchObject({ threshold: 'forecast', projectedAt: NOVEMBER + 20 * DAY_MS });
    expect(alert?.message).toMatch(/reaches its hard budget of \$100\.00 on 2026-11-21 00:00:00 UTC/);
  });

  it('reports what a week and a month have cost, by team and tag, once', async () => {
    begin();
    const [big, small] = [await newTeam(), await newTeam()];
    const [blue] = [fresh('tag')];
    now = NOVEMBER - 3 * DAY_MS;
    await spend(3, { teamId: big, tags: [blue] });
    await spend(1.5, { teamId: small });
    now = NOVEMBER + DAY_MS + 1_000;
    const [job] = reports.jobs();
    await job?.run(null);
    begin();
    await reports.jobs()[0]?.run(null);
    const alerts = await told('spend_reports');
    expect(alerts.map(({ id }) => id).sort()).toEqual([
      `spend-report:1mo:${Date.UTC(2026, 9, 1)}`,
      `spend-report:7d:${Date.UTC(2026, 9, 26)}`,
    ]);
    const weekly = alerts.find(({ id }) => id.includes(':7d:'));
    expect(weekly?.message).toBe(
      [
        'Weekly spend report, 2026-10-26 00:00:00 UTC to 2026-11-02 00:00:00 UTC: $4.50',
        'By team:',
        `- Team ${big} (${big}): $3.00`,
        `- Team ${small} (${small}): $1.50`,
        'By tag:',
        `- ${blue}: $3.00`,
      ].join('\n'),
    );
  });

  it('reports the slowest deployments and those that failed most, twice a day', async () => {
    begin();
    now = Date.UTC(2027, 0, 5, 3);
    await spend(1, { deploymentId: 'slow', endedAt: now + 9_000 });
    await spend(1, { deploymentId: 'quick', endedAt: now + 1_000 });
    const line = { deploymentId: 'bad', group: 'chat', provider: 'azure', count: 7 };
    await store.add([
      { id: fresh('alert'), type: 'llm_exceptions', message: '', at: now, details: { lines: [line] } },
    ]);
    now = Date.UTC(2027, 0, 5, 12, 1);
    const [job] = reports.jobs();
    await job?.run(null);
    await job?.run(null);
    const [report, ...others] = await told('daily_reports');
    expect(others).toEqual([]);
    expect(report?.message).toBe(
      [
        'Report of deployments, 2027-01-05 00:00:00 UTC to 2027-01-05 12:00:00 UTC',
        'Slowest:',
        '- chat-default at openai (slow): 9.00 s on average (1 calls)',
        '- chat-default at openai (quick): 1.00 s on average (1 calls)',
        'Most failures:',
        '- chat at azure (bad): 7',
      ].join('\n'),
    );
  });
});

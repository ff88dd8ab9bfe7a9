import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { Bus } from '@tollgate/bus';
import { ALERTING_DEFAULTS, LiveConfig, LiveVariables, demoConfig } from '@tollgate/config';
import { NO_USAGE, alertRaised, type Alert, type ScopeRef, type UsageEvent } from '@tollgate/contracts';
import { openDatabase, type Database } from '@tollgate/database';
import { setLogLevel } from '@tollgate/observability';
import { startWebhookReceiver } from '@tollgate/testing';
import { BILLING_SCHEMA } from '../../schema.js';
import { AlertController } from '../alert.controller.js';
import { AlertDesk } from '../alert-desk.js';
import { AlertStore } from '../alert-store.js';
import type { BudgetWatch } from '../budgets/budget-watch.js';
import { REAL_CLOCK, type AlertDeliveries } from '../delivery/alert-deliveries.js';
import { AlertSender } from '../delivery/alert-sender.js';
import { DeliveryStore } from '../delivery/delivery-store.js';
import { Alarm } from './alarm.js';
import { LedgerNews } from './ledger-news.js';
import { OutageWatch } from './outage-watch.js';

const alerting = { ...ALERTING_DEFAULTS, channels: ['webhook' as const] };
const config = new LiveConfig({ ...demoConfig(), general: { ...demoConfig().general, alerting } });
const announce = jest.fn<AlertDeliveries['announce']>().mockResolvedValue(undefined);
const deliveries = { announce } as unknown as AlertDeliveries;

let directory: string;
let database: Database;
let store: AlertStore;
let desk: AlertDesk;

beforeAll(async () => {
  setLogLevel('silent');
  directory = await mkdtemp(join(tmpdir(), 'tollgate-sources-'));
  database = await openDatabase({ dataDirectory: directory }, BILLING_SCHEMA);
  store = new AlertStore(database);
  desk = new AlertDesk(store, new DeliveryStore(database), deliveries, config, REAL_CLOCK);
}, 60_000);
afterAll(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => database.dataSource.query('truncate alert cascade'));

const messagesOf = async (type: Alert['type']): Promise<string[]> =>
  (await store.page({ type, limit: 100 })).map(({ message }) => message).sort();

describe('OutageWatch', () => {
  let controller: AlertController;
  let sequence = 0;
  beforeEach(() => {
    const outages = new OutageWatch(database, config);
    controller = new AlertController(store, desk, new DeliveryStore(database), outages);
  });

  const line = (deploymentId: string, count: number, change: object = {}) => ({
    ...{ deploymentId, group: 'chat', provider: 'azure', region: null, isOutage: true, count },
    ...change,
  });
  /** What one router tells. */
  const report = (...lines: object[]): Alert => ({
    id: `report-${(sequence += 1)}`,
    type: 'llm_exceptions',
    message: 'Calls failed',
    at: Date.now(),
    details: { lines },
  });

  it('adds up what routers tell, and calls five failures minor and ten major', async () => {
    await controller.keep([report(line('a', 2), line('b', 4))]);
    expect(await messagesOf('outage_alerts')).toEqual([]);
    await controller.keep([report(line('a', 3))]);
    expect(await messagesOf('outage_alerts')).toEqual([
      'Minor outage: chat at azure (a) failed 5 times within a minute or two',
    ]);
    await controller.keep([report(line('a', 5))]);
    expect((await messagesOf('outage_alerts'))[0]).toMatch(/^Major outage: chat at azure \(a\) failed 10/);
    await controller.keep([report(line('a', 9))]);
    expect(await messagesOf('outage_alerts')).toHaveLength(2);
  });

  it('does not count what is no outage, nor what is long ago', async () => {
    await controller.keep([
      report(line('a', 50, { isOutage: false })),
      { ...report(line('a', 50)), at: Date.now() - 90_000 },
    ]);
    expect(await messagesOf('outage_alerts')).toEqual([]);
  });

  it('finds the outage of a region in two of its deployments', async () => {
    const there = { region: 'westeurope' };
    await controller.keep([report(line('a', 3, there), line('c', 4))]);
    expect(await messagesOf('region_outage_alerts')).toEqual([]);
    await controller.keep([report(line('b', 2, there))]);
    expect(await messagesOf('region_outage_alerts')).toEqual([
      'Minor outage of region azure westeurope: 2 deployments failed 5 times within a minute or two',
    ]);
  });
});

describe('LedgerNews', () => {
  const event = (change: Partial<UsageEvent>): UsageEvent =>
    ({
      ...{ id: 'call:1', callId: 'call', status: 'complete', usage: NO_USAGE, costNanos: 5 },
      ...{ provider: 'acme', upstreamModel: 'new-1', group: 'chat', deploymentId: 'd', endedAt: 7 },
      ...{ keyHash: 'k', userId: 'u', teamId: 't', organizationId: null, projectId: null },
      ...{ endUser: null, tags: ['blue', 'blue'] },
      ...change,
    }) as UsageEvent;
  const touched: ScopeRef[] = [];
  const spent = jest.fn((scopes: Iterable<ScopeRef>) => void touched.push(...scopes));
  const newsOf = () => new LedgerNews({ spent } as unknown as BudgetWatch, desk);

  it('tells of a model without a price once, through restarts', async () => {
    for (const news of [newsOf(), newsOf()]) {
      news.recorded([event({ costNanos: null }), event({ costNanos: null })]);
      news.recorded([
        event({ costNanos: null }),
        event({ costNanos: null, status: 'failed', provider: 'x' }),
      ]);
    }
    while ((await messagesOf('unpriced_model')).length === 0) await turn();
    await desk.keep([]);
    expect(await messagesOf('unpriced_model')).toEqual([
      expect.stringMatching(/^Model without a price: acme\/new-1, served as chat\. Its calls/),
    ]);
  });

  it('has the budgets of those looked at who spent', () => {
    touched.length = 0;
    newsOf().recorded([event({}), event({ costNanos: 0, keyHash: 'free' })]);
    expect(touched.map(({ kind, id }) => `${kind}:${id}`)).toEqual([
      'gateway:all',
      'key:k',
      'user:u',
      'team:t',
      'member:t:u',
      'tag:blue',
    ]);
  });
});

describe('Alarm', () => {
  const withCode = (code: string): Error => Object.assign(new Error('what users sent'), { code });
  const raised: Alert[] = [];
  const record = jest.fn(async (_contract: unknown, alert: unknown) => void raised.push(alert as Alert));
  const alarmOf = (url: string): Alarm => {
    const sender = new AlertSender(config, new LiveVariables({ WEBHOOK_URL: url }));
    return new Alarm({ record } as unknown as Bus, sender, config);
  };
  const raises = async (): Promise<Alert> => {
    while (raised.length === 0) await turn();
    return raised[0]!;
  };
  beforeEach(() => {
    raised.length = 0;
  });

  it('tells directly that the database is away, and no second time when it is back', async () => {
    const receiver = await startWebhookReceiver();
    const alarm = alarmOf(receiver.url);
    for (let batch = 0; batch < 100; batch += 1) alarm.batchFailed(withCode('ECONNREFUSED'), true);
    alarm.beforeApplicationShutdown();
    const alert = await raises();
    expect(record.mock.calls[0]?.[0]).toBe(alertRaised);
    expect(receiver.accepted).toHaveLength(1);
    expect(receiver.accepted[0]?.body).toMatchObject({
      type: 'db_exceptions',
      event_message: 'The database failed: away (ECONNREFUSED): usage waits on the bus (100 times)',
    });
    await desk.keep([alert]);
    expect(await new DeliveryStore(database).deliveriesOf(alert.id)).toEqual([]);
    await receiver.stop();
  });

  it('leaves it to the deliveries when nobody could be told', async () => {
    const receiver = await startWebhookReceiver();
    receiver.answer({ status: 503 });
    const alarm = alarmOf(receiver.url);
    alarm.batchFailed(withCode('57P01'), true);
    alarm.beforeApplicationShutdown();
    const alert = await raises();
    await desk.keep([alert]);
    expect(await new DeliveryStore(database).deliveriesOf(alert.id)).toMatchObject([
      { destination: 'webhook', state: 'waiting' },
    ]);
    await receiver.stop();
  });

  it('tells of usage that cannot be stored by the deliveries', async () => {
    const alarm = alarmOf('http://127.0.0.1:1');
    alarm.usageRefused(withCode('23514'));
    alarm.beforeApplicationShutdown();
    expect(await raises()).toMatchObject({
      type: 'failed_tracking_spend',
      message: expect.stringMatching(/log of billing: 23514$/) as string,
    });
  });
});

import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ALERTING_DEFAULTS,
  LiveConfig,
  LiveVariables,
  demoConfig,
  type AlertingSettings,
} from '@tollgate/config';
import type { Alert, AlertType } from '@tollgate/contracts';
import { openDatabase, type Database } from '@tollgate/database';
import { TableJobs, openBullMq, type Jobs } from '@tollgate/jobs';
import { setLogLevel } from '@tollgate/observability';
import {
  describeWithServers,
  startMailServer,
  startPostgres,
  startRedis,
  startWebhookReceiver,
  type MailServer,
  type WebhookReceiver,
} from '@tollgate/testing';
import { ScheduledJobs } from '../jobs/scheduled-jobs.js';
import { BILLING_SCHEMA } from '../schema.js';
import { AlertDesk } from './alert-desk.js';
import { AlertStore } from './alert-store.js';
import { AlertDeliveries } from './delivery/alert-deliveries.js';
import { AlertSender } from './delivery/alert-sender.js';
import { DeliveryStore } from './delivery/delivery-store.js';

const HOUR_MS = 3_600_000;
const SWEEP_MS = 100;

/** A database and a queue of jobs that outlive the processes which use them. */
interface Place {
  readonly database: Database;
  jobs(now: () => number): Jobs | Promise<Jobs>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

async function embedded(): Promise<Place> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-alerts-'));
  const database = await openDatabase({ dataDirectory }, BILLING_SCHEMA);
  const { dataSource } = database;
  return {
    database,
    jobs: (now) => new TableJobs({ dataSource, now, pollMs: 20 }),
    clear: () => dataSource.query('truncate job, alert cascade'),
    stop: async () => {
      await database.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

async function distributed(): Promise<Place> {
  const [server, redis] = await Promise.all([startPostgres(), startRedis()]);
  const database = await openDatabase({ url: server.url }, BILLING_SCHEMA);
  let cleared = 0;
  return {
    database,
    jobs: () => openBullMq({ redisUrl: redis.url, prefix: `alerts-${cleared}` }),
    clear: async () => {
      cleared += 1;
      await database.dataSource.query('truncate alert cascade');
    },
    stop: async () => {
      await database.close();
      await Promise.all([server.stop(), redis.stop()]);
    },
  };
}

/** One life of billing, as far as alerts go. */
interface Billing {
  readonly desk: AlertDesk;
  readonly store: DeliveryStore;
  stop(): Promise<void>;
}

function suite(open: () => Promise<Place>): void {
  let place: Place;
  let receiver: WebhookReceiver;
  let mail: MailServer;
  let lives: Billing[];
  let offset: number;

  beforeAll(async () => {
    setLogLevel('silent');
    place = await open();
  }, 60_000);
  afterAll(() => place.stop());
  beforeEach(async () => {
    [lives, offset] = [[], 0];
    [receiver, mail] = await Promise.all([startWebhookReceiver(), startMailServer()]);
  });
  afterEach(async () => {
    await Promise.all(lives.map((life) => life.stop()));
    await Promise.all([receiver.stop(), mail.stop(), place.clear()]);
  });

  const now = (): number => Date.now() + offset;

  const begin = async (alerting: Partial<AlertingSettings>): Promise<Billing> => {
    const general = { ...demoConfig().general, alerting: { ...ALERTING_DEFAULTS, ...alerting } };
    const config = new LiveConfig({ ...demoConfig(), general });
    const variables = new LiveVariables({
      SLACK_WEBHOOK_URL: receiver.url,
      WEBHOOK_URL: `${receiver.url}/generic`,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(mail.port),
      SMTP_TLS: 'false',
    });
    const queue = await place.jobs(now);
    const clock = { now, sweepMs: SWEEP_MS };
    const store = new DeliveryStore(place.database);
    const deliveries = new AlertDeliveries(queue, store, new AlertSender(config, variables), clock);
    const desk = new AlertDesk(new AlertStore(place.database), store, deliveries, config, clock);
    const jobs = new ScheduledJobs(queue, [deliveries]);
    await jobs.onApplicationBootstrap();
    const life = { desk, store, stop: () => jobs.beforeApplicationShutdown() };
    lives.push(life);
    return life;
  };

  const alert = (id: string, change: Partial<Alert> = {}): Alert => ({
    id,
    type: 'llm_exceptions',
    message: `text of ${id}`,
    at: now(),
    details: {},
    ...change,
  });

  const idsSeen = (requests: readonly { headers: Record<string, unknown> }[]) =>
    requests.map(({ headers }) => headers['x-tollgate-alert-id']);

  const stateOf = async ({ store }: Billing, id: string) => (await store.deliveriesOf(id))[0]?.state;
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) await delay(20);
  };

  it('sends an alert to every channel at once, a single time, and notes that', async () => {
    const billing = await begin({
      channels: ['slack', 'webhook', 'email'],
      emailTo: ['ops@example.com'],
    });
    const began = Date.now();
    await billing.desk.keep([alert('once')]);
    await billing.desk.keep([alert('once', { message: 'told again' })]);
    await receiver.accepts(2);
    expect(Date.now() - began).toBeLessThan(5_000);
    await until(async () =>
      (await billing.store.deliveriesOf('once')).every(({ state }) => state === 'delivered'),
    );
    expect((await billing.store.deliveriesOf('once')).map(({ destination }) => destination)).toEqual([
      'email',
      'slack',
      'webhook',
    ]);
    expect(receiver.accepted).toHaveLength(2);
    expect(mail.letters).toHaveLength(1);
    expect(mail.letters[0]).toMatchObject({ from: 'tollgate@127.0.0.1', to: ['ops@example.com'] });
    expect(mail.letters[0]?.data).toMatch(/^Subject: \[Tollgate\] text of once$/m);
  });

  it('keeps alerts of a type that is not wanted, and sends them nowhere', async () => {
    const billing = await begin({ channels: ['webhook'], types: new Set<AlertType>(['budget_alerts']) });
    await billing.desk.keep([alert('unwanted'), alert('wanted', { type: 'budget_alerts' })]);
    await receiver.accepts(1);
    expect(idsSeen(receiver.accepted)).toEqual(['wanted']);
    expect(await billing.store.deliveriesOf('unwanted')).toEqual([]);
  });

  it('has addresses of their own for types', async () => {
    const other = await startWebhookReceiver();
    const billing = await begin({
      channels: ['slack'],
      urls: new Map<AlertType, string[]>([['budget_alerts', [`${other.url}/a`, `${other.url}/b`]]]),
    });
    await billing.desk.keep([alert('for all'), alert('for two', { type: 'budget_alerts' })]);
    const requests = await other.accepts(2);
    expect(requests.map(({ path }) => path).sort()).toEqual(['/hook/a', '/hook/b']);
    await receiver.accepts(1);
    expect(receiver.accepted[0]?.body['text']).toMatch(/text of for all/);
    await other.stop();
  });

  it('signs the bytes that go out', async () => {
    const billing = await begin({ channels: ['webhook'], webhookSecret: 'whisper' });
    await billing.desk.keep([alert('signed')]);
    const [request] = await receiver.accepts(1);
    const [, time = '', given] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers['x-tollgate-signature'])) ?? [];
    expect(Math.abs(Number(time) * 1_000 - Date.now())).toBeLessThan(60_000);
    const wanted = createHmac('sha256', 'whisper')
      .update(`${time}.${request?.text ?? ''}`)
      .digest('hex');
    expect(given).toBe(wanted);
  });

  it.each(['broken', { status: 503 }] as const)(
    'loses nothing and repeats nothing when a receiver is down for an hour and billing starts anew meanwhile (%j)',
    async (reception) => {
      const first = await begin({ channels: ['webhook'] });
      receiver.answer(reception);
      await first.desk.keep([alert('early', { at: 1 })]);
      await receiver.sees(1);
      for (let minutes = 0; minutes < 30; minutes += 10) {
        const seen = receiver.seen.length;
        offset += HOUR_MS / 6;
        await receiver.sees(seen + 1);
        await first.desk.keep([alert(`during ${minutes}`)]);
      }
      await first.stop();
      const second = await begin({ channels: ['webhook'] });
      offset += HOUR_MS / 2;
      await second.desk.keep([alert('late')]);
      const tries = receiver.seen.length;
      expect(tries).toBeLessThan(30);
      receiver.answer({ status: 200 });
      offset += 6 * 60_000;
      await receiver.accepts(5);
      await until(async () => (await stateOf(second, 'late')) === 'delivered');
      expect(idsSeen(receiver.accepted).map((id) => decodeURIComponent(String(id)))).toEqual([
        'early',
        'during 0',
        'during 10',
        'during 20',
        'late',
      ]);
    },
  );

  it('asks a receiver that is away once, however much waits for it', async () => {
    const billing = await begin({ channels: ['webhook'] });
    receiver.answer({ status: 503, headers: { 'retry-after': '60' } });
    await billing.desk.keep([alert('w1', { at: 1 }), alert('w2'), alert('w3')]);
    await until(async () => (await billing.store.deliveriesOf('w1'))[0]?.lastError !== null);
    for (const id of ['w2', 'w3']) {
      const [delivery] = await billing.store.deliveriesOf(id);
      expect(delivery?.attempts).toBe(0);
      expect((delivery?.nextAt ?? 0) - now()).toBeGreaterThan(50_000);
    }
    expect(receiver.seen).toHaveLength(1);
  });

  it('waits as long as a receiver asks', async () => {
    const billing = await begin({ channels: ['webhook'] });
    receiver.answer({ status: 429, headers: { 'retry-after': '600' } });
    await billing.desk.keep([alert('asked to wait')]);
    await until(async () => (await billing.store.deliveriesOf('asked to wait'))[0]?.lastError !== null);
    const [delivery] = await billing.store.deliveriesOf('asked to wait');
    expect(delivery?.lastError).toBe('refused with status 429');
    expect((delivery?.nextAt ?? 0) - now()).toBeGreaterThan(500_000);
  });

  it('tells the others when one alert is refused for itself', async () => {
    const billing = await begin({ channels: ['webhook'] });
    receiver.answer({ status: 400 });
    await billing.desk.keep([alert('refused')]);
    await until(async () => (await billing.store.deliveriesOf('refused'))[0]?.lastError !== null);
    receiver.answer({ status: 204 });
    await billing.desk.keep([alert('taken')]);
    await until(async () => (await stateOf(billing, 'taken')) === 'delivered');
  });

  it('follows no redirect, and shows no address', async () => {
    const other = await startWebhookReceiver();
    const billing = await begin({ channels: ['webhook'] });
    receiver.answer({ status: 307, headers: { location: other.url } });
    await billing.desk.keep([alert('redirected')]);
    await until(async () => (await billing.store.deliveriesOf('redirected'))[0]?.lastError !== null);
    const [delivery] = await billing.store.deliveriesOf('redirected');
    expect(delivery?.lastError).toMatch(/redirects elsewhere/);
    expect(JSON.stringify(delivery)).not.toContain('127.0.0.1');
    expect(other.seen).toHaveLength(0);
    await other.stop();
  });

  it('gives up after two days, and not before', async () => {
    const billing = await begin({ channels: ['webhook'] });
    receiver.answer({ status: 500 });
    await billing.desk.keep([alert('hopeless')]);
    await receiver.sees(1);
    offset += 47 * HOUR_MS;
    await receiver.sees(2);
    expect(await stateOf(billing, 'hopeless')).toBe('waiting');
    offset += 2 * HOUR_MS;
    await until(async () => (await stateOf(billing, 'hopeless')) === 'given_up');
  });

  it('tells alerts of a type together at the end of an interval', async () => {
    const billing = await begin({
      channels: ['slack'],
      digests: new Map<AlertType, number>([['llm_exceptions', HOUR_MS]]),
    });
    const same = { message: 'the same text' };
    await billing.desk.keep([alert('d1', same), alert('d2', same), alert('d3')]);
    await billing.desk.keep([alert('at once', { type: 'budget_alerts' })]);
    await receiver.accepts(1);
    expect(receiver.accepted[0]?.body['text']).toMatch(/text of at once/);
    offset += HOUR_MS;
    await receiver.accepts(2);
    const text = String(receiver.accepted[1]?.body['text']);
    expect(text).toContain('3 llm_exceptions alerts');
    expect(text).toContain('2 × the same text');
    expect(text).toContain('1 × text of d3');
    await until(async () => (await stateOf(billing, 'd3')) === 'delivered');
    expect(receiver.accepted).toHaveLength(2);
  });

  it('sends a test the way of every alert, and tells what happened', async () => {
    const billing = await begin({ channels: ['slack', 'email'], emailTo: ['ops@example.com'] });
    expect(await billing.desk.test('slack')).toEqual([{ destination: 'slack', error: null }]);
    expect(await billing.desk.test('email')).toEqual([{ destination: 'email', error: null }]);
    expect(receiver.accepted).toHaveLength(1);
    await expect(billing.desk.test('webhook')).rejects.toThrow(/'webhook' is not among/);
    mail.greet(421);
    expect(await billing.desk.test('email')).toEqual([
      { destination: 'email', error: expect.stringMatching(/^mail server: \w+ 421$/) as string },
    ]);
    receiver.answer({ status: 404 });
    expect(await billing.desk.test('slack_budget_alerts')).toEqual([
      { destination: 'slack', error: 'refused with status 404' },
    ]);
    const seen = receiver.seen.length;
    receiver.answer({ status: 200 });
    offset += HOUR_MS;
    await billing.desk.keep([alert('after the tests')]);
    await receiver.sees(seen + 1);
    expect(receiver.accepted[1]?.body['text']).toMatch(/after the tests/);
  });
}

describe('Delivery, embedded', () => suite(embedded));
describeWithServers('Delivery, distributed', () => suite(distributed));

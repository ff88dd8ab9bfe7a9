import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Alert,
  GatewayError,
  NO_LIMITS,
  NO_USAGE,
  type KeyRecord,
  type SpendPage,
  type UsageEvent,
} from '@tollgate/contracts';
import { openDatabase, type Database, type DatabaseTarget } from '@tollgate/database';
import { describeWithServers, startPostgres } from '@tollgate/testing';
import { AlertStore } from './alerts/alert-store.js';
import { insertKey } from './keys/key-rows.js';
import { KeyStore } from './keys/key-store.js';
import { Ledger } from './ledger/ledger.js';
import { BILLING_SCHEMA } from './schema.js';
import { ModelUsageStore } from './spend/model-usage-store.js';
import { SpendStore } from './spend/spend-store.js';

interface TestTarget {
  readonly target: DatabaseTarget;
  stop(): Promise<void>;
}

async function embedded(): Promise<TestTarget> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-billing-'));
  return { target: { dataDirectory }, stop: () => rm(dataDirectory, { recursive: true }) };
}

async function postgres(): Promise<TestTarget> {
  const server = await startPostgres();
  return { target: { url: server.url }, stop: () => server.stop() };
}

let sequence = 0;

function usageEvent(change: Partial<UsageEvent> = {}): UsageEvent {
  const callId = change.callId ?? `call-${(sequence += 1)}`;
  return {
    id: `${callId}:1`,
    callId,
    responseId: `chatcmpl-${callId}`,
    status: 'complete',
    measured: true,
    usage: { ...NO_USAGE, input: 10, output: 5 },
    rawUsage: { prompt_tokens: 10, nested: { completion_tokens: 5 } },
    costNanos: 1_000,
    model: 'chat-default',
    group: 'chat-default',
    upstreamModel: 'gpt-4o-mini',
    deploymentId: 'deployment-1',
    provider: 'openai',
    apiBase: null,
    keyHash: 'no-key',
    keyAlias: null,
    userId: null,
    teamId: null,
    organizationId: null,
    projectId: null,
    endUser: null,
    tags: ['blue', 'with "quotes", and {braces}'],
    stream: false,
    calledAt: 1_790_000_000_000,
    startedAt: 1_790_000_000_000,
    firstTokenAt: null,
    endedAt: 1_790_000_000_500,
    errorCode: null,
    role: 'primary',
    arm: null,
    ...change,
  };
}

function keyRecord(change: Partial<KeyRecord> = {}): KeyRecord {
  return {
    hash: `hash-${(sequence += 1)}`,
    name: 'sk-...abcd',
    alias: null,
    models: ['chat-default', 'chat-*'],
    userId: 'user-1',
    teamId: null,
    metadata: { purpose: { nested: [1, 'two'] } },
    organizationId: null,
    projectId: null,
    blocked: false,
    limits: { ...NO_LIMITS, requestsPerMinute: 10 },
    budgetId: null,
    policy: {},
    allowedRoutes: [],
    type: 'default',
    settings: {},
    expiresAt: null,
    createdAt: 1_790_000_000_000,
    createdBy: 'ada',
    updatedAt: 1_790_000_000_000,
    updatedBy: 'ada',
    ...change,
  };
}

function suite(open: () => Promise<TestTarget>): void {
  let place: TestTarget;
  let database: Database;
  let ledger: Ledger;
  let keys: KeyStore;
  let spend: SpendStore;
  let models: ModelUsageStore;
  let alerts: AlertStore;

  beforeAll(async () => {
    place = await open();
    database = await openDatabase(place.target, BILLING_SCHEMA);
    ledger = new Ledger(database);
    keys = new KeyStore(database);
    spend = new SpendStore(database);
    models = new ModelUsageStore(database);
    alerts = new AlertStore(database);
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await place.stop();
  });

  it('keeps an alert once, as it was first told, and lists the newest first', async () => {
    const alert = (id: string, at: number): Alert => ({
      id,
      type: 'canary_rolled_back',
      message: `first word of ${id}`,
      at,
      details: { canary: id, nested: [1] },
    });
    expect(await alerts.add([alert('a', 1), alert('b', 2), alert('a', 9)])).toEqual([
      alert('a', 1),
      alert('b', 2),
    ]);
    expect(await alerts.add([{ ...alert('a', 5), message: 'again' }, alert('c', 3)])).toEqual([
      alert('c', 3),
    ]);
    expect(await alerts.list({ type: 'canary_rolled_back', limit: 2 })).toEqual([
      alert('c', 3),
      alert('b', 2),
    ]);
    expect((await alerts.list({ limit: 10 })).map(({ message }) => message)).toContain('first word of a');
  });

  const newKey = async (): Promise<string> => {
    const key = keyRecord();
    await insertKey(database.dataSource.manager, key);
    return key.hash;
  };
  const spendOf = async (hash: string): Promise<number | undefined> => (await keys.find(hash))?.spendNanos;
  const ledgerSum = async (keyHash: string): Promise<number> =>
    (await spend.summarize({ keyHash })).reduce((sum, row) => sum + row.spendNanos, 0);

  it('gives back what was recorded, field by field', async () => {
    const event = usageEvent({ costNanos: Number.MAX_SAFE_INTEGER, firstTokenAt: 1_790_000_000_100 });
    await ledger.record([event]);
    expect((await spend.list({ requestId: event.callId, limit: 1 })).rows).toEqual([event]);
    expect((await spend.list({ requestId: event.responseId ?? '', limit: 1 })).rows).toEqual([event]);
  });

  it('counts a repeated event once', async () => {
    const keyHash = await newKey();
    const event = usageEvent({ keyHash });
    expect(await ledger.record([event, event])).toMatchObject({ inserted: 1, duplicate: 1 });
    expect(await ledger.record([event])).toMatchObject({ inserted: 0, duplicate: 1, byProvider: [] });
    expect(await spendOf(keyHash)).toBe(1_000);
  });

  it('keeps spend equal to the ledger when batches overlap and run at once', async () => {
    const hashes = await Promise.all([newKey(), newKey(), newKey()]);
    const events = Array.from({ length: 300 }, (_, index) =>
      usageEvent({ keyHash: hashes[index % 3] ?? '', costNanos: index }),
    );
    const batches = Array.from({ length: 12 }, (_, index) => {
      const batch = events.slice(index * 20, index * 20 + 100);
      return index % 2 === 0 ? batch : batch.toReversed();
    });
    const recorded = await Promise.all(batches.map((batch) => ledger.record(batch)));
    expect(recorded.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(300);
    for (const hash of hashes) expect(await spendOf(hash)).toBe(await ledgerSum(hash));
    expect(await spendOf(hashes[1])).toBe(14_950);
  });

  it('lets a known event supersede an unknown one, and nothing else', async () => {
    const keyHash = await newKey();
    const unknown = usageEvent({ keyHash, status: 'unknown', costNanos: 400 });
    const known: UsageEvent = { ...unknown, status: 'partial', costNanos: 700 };
    await ledger.record([unknown]);
    expect(await spendOf(keyHash)).toBe(400);
    expect(await ledger.record([known])).toMatchObject({ superseded: 1, byProvider: [{ spendNanos: 300 }] });
    expect(await ledger.record([unknown])).toMatchObject({ duplicate: 1 });
    expect(await ledger.record([{ ...known, costNanos: 9_999 }])).toMatchObject({ duplicate: 1 });
    expect(await spendOf(keyHash)).toBe(700);
    expect((await spend.list({ keyHash, limit: 10 })).rows).toEqual([known]);
  });

  it('prefers the known of two events of one id in a batch', async () => {
    const known = usageEvent({ costNanos: 5 });
    const unknown: UsageEvent = { ...known, status: 'unknown', costNanos: 1 };
    expect(await ledger.record([unknown, known, unknown])).toMatchObject({ inserted: 1, duplicate: 2 });
    expect((await spend.list({ requestId: known.callId, limit: 1 })).rows).toEqual([known]);
  });

  it('tells of usage without a price', async () => {
    const recorded = await ledger.record([usageEvent({ costNanos: null, provider: 'ollama' })]);
    expect(recorded.byProvider).toEqual([{ provider: 'ollama', spendNanos: 0, unpriced: 1 }]);
  });

  it('stores text that Postgres does not hold, without what it does not hold', async () => {
    const event = usageEvent({ endUser: 'a\0b', tags: ['half \ud83d'] });
    await ledger.record([event]);
    const [row] = (await spend.list({ requestId: event.callId, limit: 1 })).rows;
    expect(row).toMatchObject({ endUser: 'ab', tags: ['half \ufffd'] });
  });

  it('refuses a batch whole when one event cannot be stored', async () => {
    const good = usageEvent();
    const bad = usageEvent({ usage: { ...NO_USAGE, input: -1 } });
    await expect(ledger.record([good, bad])).rejects.toMatchObject({ code: '23514' });
    expect((await spend.list({ requestId: good.callId, limit: 1 })).rows).toEqual([]);
  });

  it('pages newest first, in step while rows arrive', async () => {
    const keyHash = await newKey();
    const events = Array.from({ length: 25 }, (_, index) =>
      usageEvent({ keyHash, startedAt: 1_790_000_000_000 + Math.floor(index / 4) }),
    );
    await ledger.record(events);
    const seen: UsageEvent[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page: SpendPage = await spend.list({ keyHash, limit: 7, ...(cursor && { cursor }) });
      expect(page.total).toBe(25);
      seen.push(...page.rows);
      cursor = page.next;
      await ledger.record([usageEvent({ keyHash, startedAt: 1_790_000_001_000 })]);
    }
    expect(seen.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
    expect(seen.map(({ startedAt }) => startedAt)).toEqual(
      seen.map(({ startedAt }) => startedAt).sort((left, right) => right - left),
    );
  });

  it('filters by time, start inclusive and end exclusive, and by user', async () => {
    const userId = `user-${(sequence += 1)}`;
    await ledger.record([100, 200, 300].map((startedAt) => usageEvent({ userId, startedAt })));
    const { rows } = await spend.list({ userId, from: 100, to: 300, limit: 10 });
    expect(rows.map(({ startedAt }) => startedAt)).toEqual([200, 100]);
  });

  it('refuses a cursor that is not its own', async () => {
    await expect(spend.list({ limit: 1, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_request',
      options: { param: 'cursor' },
    });
  });

  it('sums spend by UTC day, key, user and model', async () => {
    const keyHash = await newKey();
    const lateEvening = Date.parse('2026-03-01T23:59:59.999Z');
    await ledger.record([
      usageEvent({ keyHash, startedAt: lateEvening, costNanos: 1 }),
      usageEvent({ keyHash, startedAt: lateEvening - 1, costNanos: 2 }),
      usageEvent({ keyHash, startedAt: lateEvening + 1, costNanos: 4, userId: 'user-7' }),
    ]);
    expect(await spend.summarize({ keyHash })).toEqual([
      { day: '2026-03-01', keyHash, userId: null, model: 'chat-default', spendNanos: 3 },
      { day: '2026-03-02', keyHash, userId: 'user-7', model: 'chat-default', spendNanos: 4 },
    ]);
  });

  it('tells which keys ask for a name, the busiest first, a call once however many attempts it took', async () => {
    const model = `old-name-${(sequence += 1)}`;
    const [busy, quiet] = [`busy-${sequence}`, `quiet-${sequence}`];
    const call = usageEvent({ model, keyHash: busy, keyAlias: 'before', teamId: 'team-1', startedAt: 200 });
    await ledger.record([
      call,
      { ...call, id: `${call.callId}:2`, keyAlias: 'after', startedAt: 250, costNanos: 5 },
      usageEvent({ model, keyHash: busy, startedAt: 100, costNanos: null, keyAlias: 'first' }),
      usageEvent({ model, keyHash: quiet, startedAt: 300 }),
      usageEvent({ model, keyHash: quiet, startedAt: 99 }),
      usageEvent({ model: 'another', keyHash: busy, startedAt: 300 }),
    ]);
    const [first, ...others] = await models.usage({ model, from: 100, limit: 10 });
    expect(first).toEqual({
      keyHash: busy,
      keyAlias: 'after',
      teamId: 'team-1',
      calls: 2,
      spendNanos: 1_005,
      lastCallAt: 250,
    });
    expect(others).toMatchObject([{ keyHash: quiet, keyAlias: null, calls: 1, lastCallAt: 300 }]);
    expect(await models.usage({ model, from: 100, limit: 1 })).toEqual([first]);
    expect(await models.usage({ model: 'nobody asks', from: 0, limit: 10 })).toEqual([]);
  });
}

describe('billing on PGlite', () => {
  suite(embedded);
});

describeWithServers('billing on PostgreSQL', () => {
  suite(postgres);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_USAGE, type UsageEvent } from '@tollgate/contracts';
import { openDatabase, type Database, type DatabaseTarget } from '@tollgate/database';
import { describeWithServers, startPostgres } from '@tollgate/testing';
import { Ledger } from '../ledger/ledger.js';
import { BILLING_SCHEMA } from '../schema.js';
import { SpendSums, type SpendScope } from './spend-sums.js';
import { SUM_SPEND } from './spend-sums.sql.js';

interface TestTarget {
  readonly target: DatabaseTarget;
  stop(): Promise<void>;
}

async function embedded(): Promise<TestTarget> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-sums-'));
  return { target: { dataDirectory }, stop: () => rm(dataDirectory, { recursive: true }) };
}

async function postgres(): Promise<TestTarget> {
  const server = await startPostgres();
  return { target: { url: server.url }, stop: () => server.stop() };
}

const NOW = 1_790_000_000_000;
const HOUR = 3_600_000;

let sequence = 0;

function usageEvent(change: Partial<UsageEvent>): UsageEvent {
  const callId = `call-${(sequence += 1)}`;
  return {
    id: `${callId}:1`,
    callId,
    responseId: null,
    status: 'complete',
    measured: true,
    usage: NO_USAGE,
    rawUsage: null,
    costNanos: 1,
    model: 'chat',
    group: 'chat',
    upstreamModel: 'gpt-4o-mini',
    deploymentId: 'd1',
    provider: 'openai',
    apiBase: null,
    keyHash: 'no-key',
    keyAlias: null,
    userId: null,
    teamId: null,
    organizationId: null,
    projectId: null,
    endUser: null,
    tags: [],
    stream: false,
    calledAt: NOW,
    startedAt: NOW,
    firstTokenAt: null,
    endedAt: NOW,
    errorCode: null,
    role: 'primary',
    arm: null,
    ...change,
  };
}

function suite(open: () => Promise<TestTarget>): void {
  let place: TestTarget;
  let database: Database;
  let ledger: Ledger;
  let sums: SpendSums;

  beforeAll(async () => {
    place = await open();
    database = await openDatabase(place.target, BILLING_SCHEMA);
    ledger = new Ledger(database);
  }, 60_000);

  beforeEach(async () => {
    await database.dataSource.query('delete from ledger_entry');
    sums = new SpendSums(database);
  });

  afterAll(async () => {
    await database.close();
    await place.stop();
  });

  const since = (kind: SpendScope['kind'], value: string, from = NOW - HOUR): SpendScope => ({
    kind,
    value,
    from,
  });

  it('sums by provider, deployment and tag, in the order of the scopes', async () => {
    await ledger.record([
      usageEvent({ costNanos: 1, tags: ['a', "it's"] }),
      usageEvent({ costNanos: 2, deploymentId: 'd2', tags: ['b', 'a', 'a'] }),
      usageEvent({ costNanos: 4, provider: 'azure', deploymentId: 'd3' }),
      usageEvent({ costNanos: null, status: 'failed' }),
      usageEvent({ costNanos: 8, status: 'unknown', tags: ['b'] }),
    ]);
    const scopes = [
      since('tag', 'b'),
      since('provider', 'openai'),
      since('deployment', 'd3'),
      since('tag', 'a'),
      since('provider', 'nobody'),
      since('tag', "it's"),
      since('provider', 'openai'),
      since('deployment', 'openai'),
    ];
    expect(await sums.sum(scopes, NOW)).toEqual([10, 11, 4, 3, 0, 1, 11, 0]);
    expect(await sums.sum([], NOW)).toEqual([]);
  });

  it('begins with the first moment of the window', async () => {
    await ledger.record([
      usageEvent({ costNanos: 1, startedAt: NOW - 1 }),
      usageEvent({ costNanos: 2, startedAt: NOW }),
    ]);
    const scopes = [since('provider', 'openai', NOW), since('provider', 'openai', NOW - 0.5)];
    expect(await sums.sum(scopes, NOW + HOUR)).toEqual([2, 2]);
  });

  it('has what is new at once, and what comes late within a minute', async () => {
    const scopes = [since('provider', 'openai'), since('deployment', 'd1')];
    await ledger.record([usageEvent({ costNanos: 1, startedAt: NOW - HOUR / 2 })]);
    expect(await sums.sum(scopes, NOW)).toEqual([1, 1]);
    await ledger.record([
      usageEvent({ costNanos: 2, startedAt: NOW }),
      usageEvent({ costNanos: 4, startedAt: NOW - HOUR / 2 }),
    ]);
    expect(await sums.sum(scopes, NOW + 1_000)).toEqual([3, 3]);
    expect(await sums.sum(scopes, NOW + 59_999)).toEqual([3, 3]);
    expect(await sums.sum(scopes, NOW + 60_000)).toEqual([7, 7]);
  });

  it('takes nothing of the window before into a new one', async () => {
    await ledger.record([usageEvent({ costNanos: 1, startedAt: NOW - HOUR / 2 })]);
    expect(await sums.sum([since('provider', 'openai')], NOW)).toEqual([1]);
    expect(await sums.sum([since('provider', 'openai', NOW)], NOW)).toEqual([0]);
  });

  it('counts a known event in place of the unknown one', async () => {
    const unknown = usageEvent({ costNanos: 9, status: 'unknown' });
    await ledger.record([unknown]);
    expect(await sums.sum([since('provider', 'openai')], NOW)).toEqual([9]);
    await ledger.record([{ ...unknown, status: 'complete', costNanos: 2 }]);
    expect(await sums.sum([since('provider', 'openai')], NOW + 1)).toEqual([2]);
  });

  it('adds up beyond what a double holds apart', async () => {
    const large = Number.MAX_SAFE_INTEGER - 1;
    await ledger.record([usageEvent({ costNanos: large }), usageEvent({ costNanos: 1 })]);
    expect(await sums.sum([since('provider', 'openai')], NOW)).toEqual([Number.MAX_SAFE_INTEGER]);
  });

  it('goes on after a sum that failed', async () => {
    const bad = since('provider', 'no \0 in a text');
    const results = await Promise.allSettled([sums.sum([bad], NOW), sums.sum([since('tag', 'a')], NOW)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('reads the indexes that are made for it', async () => {
    const events = Array.from({ length: 3_000 }, (_, index) =>
      usageEvent({ provider: `p${index % 10}`, deploymentId: `d${index % 50}`, startedAt: NOW + index }),
    );
    await ledger.record(events);
    await database.dataSource.query('analyze ledger_entry');
    const scopes = ['provider', 'deployment', 'tag'].map((kind, position) => {
      return { position, kind, value: 'openai', since: NOW, until: NOW };
    });
    const rows = await database.dataSource.query<Record<string, string>[]>(`explain ${SUM_SPEND.text}`, [
      JSON.stringify(scopes),
    ]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    for (const index of ['provider_cost', 'deployment_cost', 'tagged_time'])
      expect(plan).toContain(`ledger_entry_${index}`);
    expect(plan).not.toContain('Seq Scan');
  });
}

describe('sums of spend on PGlite', () => {
  suite(embedded);
});

describeWithServers('sums of spend on PostgreSQL', () => {
  suite(postgres);
});

import {
  completionTokens,
  NO_USAGE,
  promptTokens,
  type SpendDimension,
  type SpendReportQuery,
  type UsageEvent,
} from '@tollgate/contracts';
import { insertKey, onBothDatabases, unique, usageEvent, type Stage } from '../ledger/_stage.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { ReportStore } from './report-store.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 1);

const VALUES: Record<Exclude<SpendDimension, 'tag'>, (event: UsageEvent) => string | null> = {
  day: ({ calledAt }) => new Date(calledAt).toISOString().slice(0, 10),
  key: ({ keyHash }) => keyHash,
  user: ({ userId }) => userId,
  team: ({ teamId }) => teamId,
  organization: ({ organizationId }) => organizationId,
  project: ({ projectId }) => projectId,
  model: ({ model }) => model,
  group: ({ group }) => group,
  upstreamModel: ({ upstreamModel }) => upstreamModel,
  deployment: ({ deploymentId }) => deploymentId,
  provider: ({ provider }) => provider,
  endUser: ({ endUser }) => endUser,
  cacheHit: ({ cacheHit }) => String(cacheHit === true),
};

function suite(stage: Stage): void {
  let reports: ReportStore;
  let events: UsageEvent[];

  beforeAll(async () => {
    reports = new ReportStore(stage.database);
    events = Array.from({ length: 400 }, (_, index) =>
      usageEvent({
        calledAt: START + index * 17 * 60_000,
        costNanos: index % 9 === 0 ? null : index * 1_000,
        status: index % 9 === 0 ? 'failed' : 'complete',
        usage: {
          ...NO_USAGE,
          input: index,
          cacheRead: 3,
          cacheWrite5m: 1,
          cacheWrite1h: 2,
          output: 5,
          reasoning: 1,
        },
        ...{
          keyHash: `k${index % 5}`,
          userId: `u${index % 3}`,
          teamId: index % 4 === 0 ? null : `t${index % 2}`,
        },
        ...{ organizationId: 'o', projectId: null, provider: `p${index % 2}`, deploymentId: `d${index % 6}` },
        ...{ model: `m${index % 7}`, group: `g${index % 4}`, upstreamModel: `x${index % 4}` },
        endUser: index % 3 === 0 ? `e${index % 2}` : null,
        tags: index % 2 === 0 ? ['even', `t${index % 3}`] : [],
        ...(index % 8 === 0 && { cacheHit: true }),
      }),
    );
    await new Ledger(stage.database, new Partitions(stage.database)).record(events);
  });

  const sumsOf = (of: readonly UsageEvent[]) => {
    const sum = (value: (event: UsageEvent) => number): number =>
      of.reduce((total, event) => total + value(event), 0);
    return {
      spendNanos: sum(({ costNanos }) => costNanos ?? 0),
      promptTokens: sum(({ usage }) => promptTokens(usage)),
      completionTokens: sum(({ usage }) => completionTokens(usage)),
      cacheReadTokens: sum(({ usage }) => usage.cacheRead),
      cacheWriteTokens: sum(({ usage }) => usage.cacheWrite5m + usage.cacheWrite1h),
      requests: of.length,
      failures: of.filter(({ status }) => status === 'failed').length,
    };
  };

  /** What a report should say, by the events. */
  function expected(by: readonly Exclude<SpendDimension, 'tag'>[], of: readonly UsageEvent[]): unknown[] {
    const groups = new Map<string, UsageEvent[]>();
    for (const event of of) {
      const key = JSON.stringify(by.map((dimension) => VALUES[dimension](event)));
      groups.set(key, [...(groups.get(key) ?? []), event]);
    }
    return Array.from(groups.values(), (group) => ({
      by: Object.fromEntries(by.map((dimension) => [dimension, VALUES[dimension](group[0] ?? usageEvent())])),
      ...sumsOf(group),
    }));
  }

  const inOrder = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  const report = async (query: Omit<SpendReportQuery, 'limit'>): Promise<unknown[]> => {
    const { rows, total } = await reports.report({ ...query, limit: 1_000 });
    expect(total).toBe(rows.length);
    return rows;
  };

  it.each([
    [[]],
    [['day']],
    [['key', 'user']],
    [['day', 'team', 'provider']],
    [['organization', 'project']],
    [['key', 'group', 'cacheHit']],
    [['day', 'model', 'group', 'upstreamModel', 'deployment']],
  ] as (readonly [Exclude<SpendDimension, 'tag'>[]])[])('sums by %j as the rows add up', async (by) => {
    expect(inOrder(await report({ by }))).toEqual(inOrder(expected(by, events)));
  });

  it('counts hours whole, whether or not there is a whole day among them', async () => {
    const times = [
      [START + 5 * HOUR, START + 9 * HOUR],
      [START + 5 * HOUR + 1, START + 9 * HOUR - 1],
      [START + 5 * HOUR, START + 3 * DAY + 7 * HOUR],
      [START, START + 2 * DAY],
      [START + DAY - HOUR, START + DAY + HOUR],
    ] as const;
    for (const [from, to] of times) {
      const [start, end] = [from - (from % HOUR), to + ((HOUR - (to % HOUR)) % HOUR)];
      const within = events.filter(({ calledAt }) => calledAt >= start && calledAt < end);
      expect(await report({ by: [], from, to })).toEqual(expected([], within));
    }
  });

  it('is of the names that are asked for, all of them at once', async () => {
    const of = { keys: ['k1', 'k2', 'nobody'], teams: ['t1'] };
    const within = events.filter(({ keyHash, teamId }) => /k[12]/.test(keyHash) && teamId === 't1');
    expect(inOrder(await report({ by: ['key'], of }))).toEqual(inOrder(expected(['key'], within)));
    const personal = events.filter(({ userId, teamId }) => userId === 'u1' && teamId === null);
    expect(await report({ by: [], of: { users: ['u1'], personal: true } })).toEqual(expected([], personal));
    expect(await report({ by: [], of: { keys: [] } })).toEqual([]);
  });

  it('sums by tag, a call for each of its own, and by end user', async () => {
    const tagged = (tag: string): UsageEvent[] => events.filter(({ tags }) => tags.includes(tag));
    const tags = ['even', 't0', 't1', 't2'].map((tag) => ({ by: { tag }, ...sumsOf(tagged(tag)) }));
    expect(inOrder(await report({ by: ['tag'] }))).toEqual(inOrder(tags));
    expect(await report({ by: [], of: { tags: ['t1'] } })).toEqual([{ by: {}, ...sumsOf(tagged('t1')) }]);
    const ofEndUsers = events.filter(({ endUser }) => endUser !== null);
    expect(inOrder(await report({ by: ['endUser', 'day'] }))).toEqual(
      inOrder(expected(['endUser', 'day'], ofEndUsers)),
    );
    await expect(reports.report({ by: ['tag', 'endUser'], limit: 1 })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('gives pages in the order that is asked for, and how many rows there are', async () => {
    const first = await reports.report({ by: ['key'], limit: 2 });
    const rest = await reports.report({ by: ['key'], limit: 9, offset: 2 });
    const sums = [...first.rows, ...rest.rows].map(({ spendNanos }) => spendNanos);
    expect(sums).toEqual([...sums].sort((left, right) => right - left));
    expect([first.total, rest.total, sums.length]).toEqual([5, 5, 5]);
    const days = await reports.report({ by: ['day', 'key'], orderBy: 'day', limit: 7 });
    expect(days.rows.map(({ by }) => by['day'])).toEqual([
      ...Array.from({ length: 5 }, () => '2026-03-05'),
      ...['2026-03-04', '2026-03-04'],
    ]);
  });

  it("counts what was spent under a key's former hash for the key", async () => {
    const former = unique('former');
    const keyHash = await insertKey(stage.database);
    await stage.database.dataSource.query('insert into former_key (hash, current_hash) values ($1, $2)', [
      ...[former, keyHash],
    ]);
    const ledger = new Ledger(stage.database, new Partitions(stage.database));
    const teamId = unique('team');
    await ledger.record([usageEvent({ keyHash, teamId }), usageEvent({ keyHash: former, teamId })]);
    const sums = [{ by: { key: keyHash }, spendNanos: 2_000 }];
    expect(await report({ by: ['key'], of: { teams: [teamId] } })).toMatchObject(sums);
    expect(await report({ by: ['key'], of: { keys: [keyHash] } })).toMatchObject(sums);
  });

  it('reads no rows: answers are the same when these are gone', async () => {
    const queries: Omit<SpendReportQuery, 'limit'>[] = [
      ...[{ by: [] }, { by: ['day', 'team'] }, { by: ['tag', 'provider'] }, { by: ['endUser', 'key'] }],
      { by: ['day'], from: START + 5 * HOUR, to: START + 3 * DAY + HOUR, of: { users: ['u1'] } },
    ] as Omit<SpendReportQuery, 'limit'>[];
    const before = await Promise.all(queries.map(report));
    await stage.database.dataSource.query('truncate ledger_entry');
    expect(await Promise.all(queries.map(report))).toEqual(before);
  });

  it('forgets hours, not days', async () => {
    await reports.forgetHours(START + 2 * DAY);
    const within = events.filter(({ calledAt }) => calledAt < START + 3 * DAY);
    expect(await report({ by: [], from: START, to: START + 3 * DAY })).toEqual(expected([], within));
    expect(await report({ by: [], from: START, to: START + 3 * HOUR })).toEqual([]);
  });
}

onBothDatabases('reports of spend', suite);

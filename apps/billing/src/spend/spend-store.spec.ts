import type { SpendPage, SpendQuery, UsageEvent } from '@tollgate/contracts';
import { insertKey, NOW, onBothDatabases, unique, usageEvent, type Stage } from '../ledger/_stage.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { ModelUsageStore } from './model-usage-store.js';
import { SpendStore } from './spend-store.js';

const MONTH = 31 * 86_400_000;

function suite(stage: Stage): void {
  let ledger: Ledger;
  let spend: SpendStore;
  let models: ModelUsageStore;

  beforeAll(() => {
    ledger = new Ledger(stage.database, new Partitions(stage.database));
    spend = new SpendStore(stage.database);
    models = new ModelUsageStore(stage.database);
  });

  const idsOf = ({ rows }: SpendPage): string[] => rows.map(({ id }) => id);

  it('pages newest first, over months, in step while rows arrive', async () => {
    const keyHash = unique('key');
    const events = Array.from({ length: 25 }, (_, index) =>
      usageEvent({ keyHash, calledAt: NOW + Math.floor(index / 4) * MONTH }),
    );
    await ledger.record(events);
    const seen: UsageEvent[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page: SpendPage = await spend.list({ keyHash, limit: 7, ...(cursor && { cursor }) });
      expect(page.total).toBe(25);
      seen.push(...page.rows);
      cursor = page.next;
      await ledger.record([usageEvent({ keyHash, calledAt: NOW + 12 * MONTH })]);
    }
    expect(seen.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
    const times = seen.map(({ calledAt }) => calledAt);
    expect(times).toEqual([...times].sort((left, right) => right - left));
  });

  it('filters by time, start inclusive and end exclusive, and by user', async () => {
    const userId = unique('user');
    await ledger.record([100, 200, 300].map((calledAt) => usageEvent({ userId, calledAt })));
    const { rows } = await spend.list({ userId, from: 100, to: 300, limit: 10 });
    expect(rows.map(({ calledAt }) => calledAt)).toEqual([200, 100]);
  });

  it('filters by everything that a row says', async () => {
    const name = unique('all');
    const former = unique('former');
    const keyHash = await insertKey(stage.database);
    await stage.database.dataSource.query('insert into former_key (hash, current_hash) values ($1, $2)', [
      ...[former, keyHash],
    ]);
    const event = usageEvent({
      ...{
        keyHash: former,
        keyAlias: name,
        teamId: name,
        organizationId: name,
        endUser: name,
        tags: ['x', name],
      },
      ...{
        upstreamModel: name,
        deploymentId: name,
        provider: name,
        errorCode: name,
        status: 'failed',
        costNanos: 777,
      },
    });
    await ledger.record([event, usageEvent({ model: name, costNanos: 778 })]);
    const queries: Omit<SpendQuery, 'limit'>[] = [
      ...[{ keyHash }, { keyAlias: name }, { teamIds: ['nobody', name] }, { organizationId: name }],
      ...[{ endUser: name }, { tag: name }, { deploymentId: name }, { provider: name }, { errorCode: name }],
      { model: name, status: 'failure' },
      { model: name, maxNanos: 777 },
      { minNanos: 777, maxNanos: 777 },
    ];
    for (const query of queries) expect(idsOf(await spend.list({ ...query, limit: 5 }))).toEqual([event.id]);
    expect((await spend.list({ model: name, limit: 5 })).total).toBe(2);
    expect(idsOf(await spend.list({ model: name, status: 'success', limit: 5 }))).toHaveLength(1);
    expect(idsOf(await spend.list({ teamIds: [], limit: 5 }))).toEqual([]);
  });

  it('sorts, either way, and passes over rows', async () => {
    const keyHash = unique('key');
    const costs = [5, null, 9, 7];
    const events = costs.map((costNanos, index) => usageEvent({ keyHash, costNanos, calledAt: NOW + index }));
    await ledger.record(events);
    const costsOf = async (query: Partial<SpendQuery>): Promise<(number | null)[]> =>
      (await spend.list({ keyHash, limit: 2, ...query })).rows.map(({ costNanos }) => costNanos);
    expect(await costsOf({ sortBy: 'cost' })).toEqual([9, 7]);
    expect(await costsOf({ sortBy: 'cost', offset: 2 })).toEqual([5, null]);
    expect(await costsOf({ sortBy: 'cost', descending: false })).toEqual([null, 5]);
    expect(await costsOf({ descending: false })).toEqual([5, null]);
    expect(await costsOf({ offset: 1 })).toEqual([9, null]);
  });

  it('refuses a cursor that is not its own', async () => {
    await expect(spend.list({ limit: 1, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_request',
      options: { param: 'cursor' },
    });
  });

  it('tells which keys ask for a name, the busiest first, a call once however many attempts it took', async () => {
    const model = unique('old-name');
    const [busy, quiet] = [unique('busy'), unique('quiet')];
    const call = usageEvent({ model, keyHash: busy, keyAlias: 'before', teamId: 'team-1', calledAt: 200 });
    await ledger.record([
      { ...call, startedAt: 200 },
      { ...call, id: `${call.callId}:r1:2`, keyAlias: 'after', calledAt: 250, startedAt: 250, costNanos: 5 },
      usageEvent({ model, keyHash: busy, calledAt: 100, startedAt: 100, costNanos: null, keyAlias: 'first' }),
      usageEvent({ model, keyHash: quiet, calledAt: 300, startedAt: 300 }),
      usageEvent({ model, keyHash: quiet, calledAt: 99 }),
      usageEvent({ model: 'another', keyHash: busy, calledAt: 300 }),
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

onBothDatabases('rows of the ledger', suite);

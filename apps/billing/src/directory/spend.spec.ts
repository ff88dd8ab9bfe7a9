import { jest } from '@jest/globals';
import { LiveConfig, demoConfig, windowStart } from '@tollgate/config';
import { NO_LIMITS, counterName, type ScopeRef, type UsageEvent } from '@tollgate/contracts';
import { MemoryState } from '@tollgate/state';
import { ACTOR, describeOnDatabases, fresh, newEntry, newKey } from '../_directory-stage.js';
import { AdminChanges } from '../audit/admin-changes.js';
import { LedgerCounters } from '../counters/ledger-counters.js';
import { Turns } from '../counters/turns.js';
import { usageEvent } from '../ledger/_stage.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { SpendSums } from '../spend/spend-sums.js';
import { RunningCounters } from './running-counters.js';
import { SpendReset } from './spend-reset.js';

describeOnDatabases('spend', (stage) => {
  const state = new MemoryState();
  let shared: Turns | undefined;
  const turns = (): Turns => {
    const isEmbedded = !('url' in stage().database.dataSource.options);
    shared ??= new Turns(stage().database, { databaseUrl: isEmbedded ? null : 'postgres://' });
    return shared;
  };
  const use = (...events: Partial<UsageEvent>[]): Promise<unknown> => {
    const { database } = stage();
    const startedAt = Date.now();
    return new Ledger(database, new Partitions(database)).record(
      events.map((event) => usageEvent({ calledAt: startedAt, startedAt, ...event })),
    );
  };
  const reset = (scope: ScopeRef, toNanos: number) => {
    const { database, told, scopes } = stage();
    const config = new LiveConfig(demoConfig());
    const running = new RunningCounters(scopes, config);
    const ledger = new LedgerCounters(database, new SpendSums(database), config);
    const changes = new AdminChanges(database, told.bus);
    return new SpendReset(changes, running, ledger, turns(), state).reset(ACTOR, scope, toNanos);
  };

  it('is told of entries and members, and sorted by', async () => {
    const organizationId = (await stage().entries.create(ACTOR, newEntry('organization'))).id;
    const teams = [fresh('team'), fresh('team'), fresh('team')] as const;
    for (const id of teams) await stage().entries.create(ACTOR, newEntry('team', { id, organizationId }));
    const userId = fresh('user');
    await stage().members.set(ACTOR, [
      { containerKind: 'team', containerId: teams[0], userId, role: 'user', limits: NO_LIMITS },
    ]);
    await use({ teamId: teams[0], userId, costNanos: 5 }, { teamId: teams[0], costNanos: 2 });
    await use({ teamId: teams[1], userId, costNanos: 9 });
    expect(await stage().directory.find('team', [teams[0]])).toMatchObject([{ spendNanos: 7 }]);
    expect(await stage().directory.find('user', [userId])).toMatchObject([{ spendNanos: 14 }]);
    expect(await stage().directory.members({ userIds: [userId], limit: 9 })).toMatchObject([
      { spendNanos: 5 },
    ]);
    const sorted = async (query: object): Promise<number[]> => {
      const of = { kind: 'team' as const, organizationIds: [organizationId], sortBy: 'spend' as const };
      const { entries } = await stage().directory.list({ ...of, ...query, limit: 9 });
      return entries.map((entry) => entry.spendNanos);
    };
    expect(await sorted({})).toEqual([9, 7, 0]);
    expect(await sorted({ descending: false, offset: 1 })).toEqual([7, 9]);
  });

  it('of a key is what its former hashes spent too, and says when it was last used', async () => {
    const { hash } = await stage().keyAdmin.create(ACTOR, newKey());
    const newHash = fresh('new');
    const rotation = { hash, newHash, newName: 'sk-...x', graceUntil: null, patch: {} };
    await use({ keyHash: hash, costNanos: 3 });
    await stage().keyAdmin.rotate(ACTOR, rotation);
    await use({ keyHash: hash, costNanos: 4, calledAt: Date.now() - 5_000 });
    const found = await stage().keys.find(newHash);
    expect(found).toMatchObject({ spendNanos: 7 });
    expect(Date.now() - (found?.lastActiveAt ?? 0)).toBeLessThan(5_000);
    const { keys } = await stage().keys.list({ hashes: [newHash], sortBy: 'lastActiveAt', limit: 9 });
    expect(keys).toEqual([found]);
  });

  it('is set back in the total and in every running window, in the ledger and in shared state', async () => {
    const hard = (window: string | null) => ({ window, maxNanos: 1_000, softNanos: null });
    const rates = { requestsPerMinute: null, tokensPerMinute: null, maxParallelRequests: null };
    const limits = {
      ...{ ...NO_LIMITS, budgets: [hard('1mo'), hard(null)] },
      models: { 'gpt-*': { ...rates, budgets: [hard('1d')] } },
    };
    const { hash } = await stage().keyAdmin.create(ACTOR, newKey({ limits }));
    const startOf = (window: string): number => windowStart(window, Date.now());
    const month = counterName(`key:${hash}`, '1mo', startOf('1mo'));
    await state.seed([{ counter: month, nanos: 100, resetAt: null }]);
    await use(
      { keyHash: hash, model: 'gpt-1', costNanos: 60 },
      { keyHash: hash, model: 'other', costNanos: 40 },
    );
    const scope = { kind: 'key', id: hash } as const;
    expect(await reset(scope, 30)).toEqual({ previousNanos: 100, spendNanos: 30 });
    expect(await stage().keys.find(hash)).toMatchObject({ spendNanos: 30 });
    expect(await state.counters([month])).toMatchObject([{ spentNanos: 30 }]);
    const corrections = await stage().database.dataSource.query<object[]>(
      `select model, budget_window as window, window_start::float8 as start, nanos::int as nanos
       from ledger_correction where scope_id = $1 order by id`,
      [hash],
    );
    expect(corrections).toEqual([
      { model: null, window: null, start: 0, nanos: -70 },
      { model: null, window: '1mo', start: startOf('1mo'), nanos: -70 },
      { model: 'gpt-*', window: '1d', start: startOf('1d'), nanos: -30 },
    ]);
    await use({ keyHash: hash, costNanos: 5 });
    expect(await reset(scope, 35)).toEqual({ previousNanos: 35, spendNanos: 35 });
    expect(await reset(scope, 0)).toEqual({ previousNanos: 35, spendNanos: 0 });
    const { records } = await stage().audit.list({ objectId: hash, action: 'reset', limit: 9 });
    expect(records).toMatchObject([{ before: { spendNanos: 35 } }, {}, { after: { spendNanos: 30 } }]);
    expect(stage().told.alerts.map(({ type }) => type)).toContain('virtual_key_updated');
  });

  it('is set back once by those who do it at once', async () => {
    const { id } = await stage().entries.create(ACTOR, newEntry('team'));
    await use({ teamId: id, costNanos: 50 });
    const results = await Promise.all(Array.from({ length: 5 }, () => reset({ kind: 'team', id }, 0)));
    expect(results.map(({ previousNanos }) => previousNanos).sort()).toEqual([0, 0, 0, 0, 50]);
    expect(await stage().directory.find('team', [id])).toMatchObject([{ spendNanos: 0 }]);
  });

  it('is not set to more than it was', async () => {
    const { id } = await stage().entries.create(ACTOR, newEntry('team'));
    await use({ teamId: id, costNanos: 50 });
    const refusal = { code: 'invalid_request', options: { param: 'reset_to' } };
    await expect(reset({ kind: 'team', id }, 51)).rejects.toMatchObject(refusal);
    expect((await stage().audit.list({ objectId: id, action: 'reset', limit: 9 })).total).toBe(0);
  });

  it('is set back in the ledger also while shared state is away', async () => {
    const { id } = await stage().entries.create(ACTOR, newEntry('team'));
    await use({ teamId: id, costNanos: 50 });
    const away = jest.spyOn(state, 'correct').mockRejectedValue(new Error('state is away'));
    expect(await reset({ kind: 'team', id }, 10)).toEqual({ previousNanos: 50, spendNanos: 10 });
    expect(away).toHaveBeenCalledTimes(1);
    away.mockRestore();
    expect(await stage().directory.find('team', [id])).toMatchObject([{ spendNanos: 10 }]);
  });

  it("of a user's own budget is that of personal keys", async () => {
    const { id } = await stage().entries.create(ACTOR, newEntry('user'));
    await use({ userId: id, teamId: fresh('team'), costNanos: 50 }, { userId: id, costNanos: 20 });
    expect(await reset({ kind: 'user', id }, 0)).toEqual({ previousNanos: 20, spendNanos: 0 });
  });
});

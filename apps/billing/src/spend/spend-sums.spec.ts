import type { UsageEvent } from '@tollgate/contracts';
import { insertKey, NOW, onBothDatabases, unique, usageEvent, type Stage } from '../ledger/_stage.js';
import { correctionsOf, recordCorrection } from '../ledger/corrections.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { SpendSums, type SummedScope } from './spend-sums.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ACTOR = { keyHash: 'master', userId: null, role: 'proxy_admin' } as const;

/** The same numbers in every run. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function suite(stage: Stage): void {
  let ledger: Ledger;
  let sums: SpendSums;

  beforeAll(() => {
    ledger = new Ledger(stage.database, new Partitions(stage.database));
  });

  beforeEach(async () => {
    await stage.database.dataSource.query(
      'truncate ledger_entry, ledger_account, spend_rollup, spend_total, spend_scope_day',
    );
    ledger = new Ledger(stage.database, new Partitions(stage.database));
    sums = new SpendSums(stage.database);
  });

  const since = (kind: SummedScope['kind'], value: string, from = NOW - HOUR): SummedScope => {
    return { kind, value, from };
  };

  it('sums by every kind of scope, in the order of the scopes', async () => {
    const former = unique('former');
    const keyHash = await insertKey(stage.database);
    await stage.database.dataSource.query('insert into former_key (hash, current_hash) values ($1, $2)', [
      ...[former, keyHash],
    ]);
    await ledger.record([
      usageEvent({ costNanos: 1, tags: ['a', "it's"], keyHash, userId: 'u', teamId: 't' }),
      usageEvent({ costNanos: 2, deploymentId: 'd2', tags: ['b', 'a', 'a'], keyHash: former, userId: 'u' }),
      usageEvent({
        costNanos: 4,
        provider: 'azure',
        deploymentId: 'd3',
        organizationId: 'o',
        projectId: 'p',
      }),
      usageEvent({ costNanos: null, status: 'failed', endUser: 'e' }),
      usageEvent({ costNanos: 8, status: 'unknown', tags: ['b'], endUser: 'e' }),
    ]);
    const expected: [SummedScope['kind'], string, number][] = [
      ['tag', 'b', 10],
      ['provider', 'openai', 11],
      ['deployment', 'd3', 4],
      ['tag', 'a', 3],
      ['provider', 'nobody', 0],
      ['tag', "it's", 1],
      ['gateway', 'all', 15],
      ['key', keyHash, 3],
      ['key', former, 2],
      ['user', 'u', 3],
      ['personal', 'u', 2],
      ['team', 't', 1],
      ['member', 't:u', 1],
      ['organization', 'o', 4],
      ['project', 'p', 4],
      ['end_user', 'e', 8],
    ];
    // From the middle of an hour, from the beginning of one, and of a day: rows, hours and days.
    for (const from of [NOW - 1, NOW - (NOW % HOUR), NOW - (NOW % DAY)]) {
      const scopes = expected.map(([kind, value]) => since(kind, value, from));
      expect(await sums.exact(scopes)).toEqual(expected.map(([, , nanos]) => nanos));
      expect(await sums.recent(scopes, NOW)).toEqual(expected.map(([, , nanos]) => nanos));
    }
    expect(await sums.exact([])).toEqual([]);
  });

  it('equals the sum of the rows, whatever the time, for any mixture of events', async () => {
    const random = randomly(7);
    const events: UsageEvent[] = Array.from({ length: 600 }, () =>
      usageEvent({
        costNanos: random(1_000_000),
        calledAt: NOW + random(4 * DAY),
        keyHash: `k${random(3)}`,
        model: ['gpt-4o', 'gpt-4o-mini', 'a_c', 'abc'][random(4)] ?? '',
        tags: random(2) === 0 ? [`t${random(2)}`] : [],
        endUser: random(3) === 0 ? 'e' : null,
      }),
    );
    await ledger.record(events);
    const sumOf = (matches: (event: UsageEvent) => boolean, from: number, until: number): number =>
      events
        .filter((event) => event.calledAt >= from && event.calledAt < until && matches(event))
        .reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0);
    const cases = Array.from({ length: 120 }, () => {
      const round = [1, 60_000, HOUR, DAY][random(4)] ?? 1;
      const from = NOW + random(4 * DAY);
      const until = from + random(3 * DAY);
      return { from: from - (from % round), until: until - (until % round) };
    });
    const kinds: [Omit<SummedScope, 'from'>, (event: UsageEvent) => boolean][] = [
      [{ kind: 'gateway', value: 'all' }, () => true],
      [{ kind: 'key', value: 'k1' }, ({ keyHash }) => keyHash === 'k1'],
      [
        { kind: 'key', value: 'k1', model: 'gpt-*' },
        (event) => event.keyHash === 'k1' && event.model.startsWith('gpt-'),
      ],
      [
        { kind: 'key', value: 'k2', model: 'a_c' },
        (event) => event.keyHash === 'k2' && event.model === 'a_c',
      ],
      [{ kind: 'tag', value: 't1' }, ({ tags }) => tags.includes('t1')],
      [
        { kind: 'end_user', value: 'e', model: '*mini' },
        (event) => event.endUser === 'e' && event.model === 'gpt-4o-mini',
      ],
    ];
    for (const [scope, matches] of kinds)
      expect(await sums.exact(cases.map((times) => ({ ...scope, ...times })))).toEqual(
        cases.map(({ from, until }) => sumOf(matches, from, until)),
      );
  });

  it('begins with the first moment of the window', async () => {
    await ledger.record([
      usageEvent({ costNanos: 1, calledAt: NOW - 1 }),
      usageEvent({ costNanos: 2, calledAt: NOW }),
    ]);
    const scopes = [since('provider', 'openai', NOW), since('provider', 'openai', NOW - 0.5)];
    expect(await sums.recent(scopes, NOW + HOUR)).toEqual([2, 2]);
    expect(await sums.exact(scopes)).toEqual([2, 2]);
  });

  it('has what is new at once, and what comes late within a minute; exactly, all of it at once', async () => {
    const scopes = [since('provider', 'openai', NOW - DAY), since('deployment', 'deployment-1', NOW - DAY)];
    await ledger.record([usageEvent({ costNanos: 1, calledAt: NOW - DAY / 2 })]);
    expect(await sums.recent(scopes, NOW)).toEqual([1, 1]);
    await ledger.record([
      usageEvent({ costNanos: 2, calledAt: NOW }),
      usageEvent({ costNanos: 4, calledAt: NOW - DAY / 2 }),
    ]);
    expect(await sums.recent(scopes, NOW + 1_000)).toEqual([3, 3]);
    expect(await sums.recent(scopes, NOW + 59_999)).toEqual([3, 3]);
    expect(await sums.exact(scopes)).toEqual([7, 7]);
    expect(await sums.recent(scopes, NOW + 60_000)).toEqual([7, 7]);
  });

  it('takes nothing of the window before into a new one', async () => {
    await ledger.record([usageEvent({ costNanos: 1, calledAt: NOW - HOUR / 2 })]);
    expect(await sums.recent([since('provider', 'openai')], NOW)).toEqual([1]);
    expect(await sums.recent([since('provider', 'openai', NOW)], NOW)).toEqual([0]);
  });

  it('counts a known event in place of the unknown one', async () => {
    const unknown = usageEvent({ costNanos: 9, status: 'unknown' });
    await ledger.record([unknown]);
    expect(await sums.recent([since('provider', 'openai')], NOW)).toEqual([9]);
    await ledger.record([{ ...unknown, status: 'complete', costNanos: 2 }]);
    expect(await sums.recent([since('provider', 'openai')], NOW + 1)).toEqual([2]);
  });

  it('adds up beyond what a double holds apart', async () => {
    const large = Number.MAX_SAFE_INTEGER - 1;
    await ledger.record([usageEvent({ costNanos: large }), usageEvent({ costNanos: 1 })]);
    expect(await sums.recent([since('provider', 'openai')], NOW)).toEqual([Number.MAX_SAFE_INTEGER]);
  });

  it('has hours and days when their rows are gone', async () => {
    await ledger.record([usageEvent({ costNanos: 5, calledAt: Date.UTC(2020, 0, 5, 12, 30) })]);
    await new Partitions(stage.database).dropBefore(Date.UTC(2020, 2));
    const from = (hour: number): SummedScope => since('key', 'no-key', Date.UTC(2020, 0, 5, hour));
    expect(await sums.exact([from(0), from(12), from(13)])).toEqual([5, 5, 0]);
  });

  it('keeps a correction for the counter that it is of, and for the total when that has no window', async () => {
    const team = unique('team');
    const keyHash = await insertKey(stage.database);
    await ledger.record([usageEvent({ teamId: team, keyHash })]);
    const counter = (kind: 'team' | 'key', id: string, window: string | null, start: number) => {
      return { scope: { kind, id }, model: null, window, start };
    };
    const correct = (of: ReturnType<typeof counter>, nanos: number): Promise<void> =>
      stage.database.dataSource.transaction((manager) =>
        recordCorrection(manager, { counter: of, nanos, actor: ACTOR, reason: 'reset' }),
      );
    await correct(counter('team', team, '1d', 5), -300);
    await correct(counter('team', team, '1d', 5), -100);
    await correct(counter('team', team, null, 0), -900);
    await correct(counter('key', keyHash, null, 0), -1_000);
    const counters = [
      counter('team', team, '1d', 5),
      counter('team', team, '1d', 6),
      counter('team', team, null, 0),
      { ...counter('team', team, '1d', 5), model: 'gpt' },
      counter('key', keyHash, null, 0),
    ];
    expect(await correctionsOf(stage.database, counters)).toEqual([-400, 0, -900, 0, -1_000]);
    const totals = await stage.database.dataSource.query<{ spend_nanos: string }[]>(
      `select spend_nanos from spend_total where id = $1 union all select spend_nanos from virtual_key where hash = $2`,
      [team, keyHash],
    );
    expect(totals.map(({ spend_nanos }) => spend_nanos)).toEqual(['100', '0']);
  });
}

onBothDatabases('sums of spend', suite);

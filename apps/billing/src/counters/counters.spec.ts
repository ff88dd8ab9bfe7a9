import { GENERAL_DEFAULTS, LiveConfig, windowStart, type GatewayConfig } from '@tollgate/config';
import { counterName, type UsageEvent } from '@tollgate/contracts';
import { metricsText, setLogLevel } from '@tollgate/observability';
import { MemoryState, type State } from '@tollgate/state';
import { insertKey, NOW, onBothDatabases, unique, usageEvent, type Stage } from '../ledger/_stage.js';
import { recordCorrection } from '../ledger/corrections.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { UsageIntake } from '../ledger/usage-intake.js';
import { SpendSums } from '../spend/spend-sums.js';
import { Backlog } from './backlog.js';
import { Charges } from './charges.js';
import { CounterDriftJob } from './counter-drift.job.js';
import { CounterSeeds } from './counter-seeds.js';
import { HoldSweeperJob } from './hold-sweeper.job.js';
import { KnownCounters } from './known-counters.js';
import { LedgerCounters } from './ledger-counters.js';
import { Turns } from './turns.js';

setLogLevel('silent');

const TODAY = windowStart('1d', NOW);
const config = new LiveConfig({ general: GENERAL_DEFAULTS } as GatewayConfig);

/** A backlog of nothing. */
class NoBacklog extends Backlog {
  override caughtUp(): Promise<void> {
    return Promise.resolve();
  }
}

/** A replica of billing. */
function replicaOf({ database }: Stage, state: State) {
  const backlog = new NoBacklog();
  // PGlite is one session: there is nobody to take turns with, and no lock that could tell two apart.
  const isEmbedded = (database.dataSource.options as { host?: string }).host !== undefined;
  const turns = new Turns(database, { databaseUrl: isEmbedded ? null : 'postgres://' });
  const known = new KnownCounters();
  const counters = new LedgerCounters(database, new SpendSums(database), config);
  const ledger = new Ledger(database, new Partitions(database));
  const charges = new Charges(database, state, known);
  return {
    intake: new UsageIntake(ledger, charges, turns, backlog),
    seeds: new CounterSeeds(state, turns, backlog, charges, counters, known),
    drift: new CounterDriftJob(state, turns, backlog, counters, known),
    sweeper: new HoldSweeperJob(state, backlog, config),
    counters,
    backlog,
  };
}

function suite(stage: Stage): void {
  let state: MemoryState;
  let replica: ReturnType<typeof replicaOf>;
  let keyHash: string;
  let counter: string;

  beforeEach(async () => {
    // It counts since now: windows of the ledger's rows began long before.
    state = new MemoryState();
    replica = replicaOf(stage, state);
    keyHash = await insertKey(stage.database);
    counter = counterName(`key:${keyHash}`, '1d', TODAY);
  });
  afterEach(() => state.close());

  const spent = async (name = counter): Promise<number | null> =>
    (await state.counters([name]))[0]?.spentNanos ?? null;
  const inLedger = async (name = counter): Promise<number | undefined> =>
    (await replica.counters.exact([name]))[0]?.nanos;
  const drift = async (): Promise<string | undefined> =>
    /^tollgate_budget_drift_nanos (\d+)$/m.exec(await metricsText())?.[1];
  const event = (change: Partial<UsageEvent> = {}): UsageEvent =>
    usageEvent({ keyHash, counters: [counter], ...change });

  it('charges what was recorded once, after it was seeded', async () => {
    const first = event({ costNanos: 10 });
    await replica.intake.record([first, event({ costNanos: null, status: 'failed' })]);
    expect(await spent()).toBeNull();
    expect(await replica.seeds.seed([counter, 'no counter'])).toBe(1);
    expect(await spent()).toBe(10);
    const second = event({ costNanos: 5 });
    await replica.intake.record([second]);
    await replica.intake.record([first, second]);
    expect(await spent()).toBe(15);
    expect(await replica.seeds.seed([counter])).toBe(0);
    expect(await spent()).toBe(await inLedger());
  });

  it('charges the difference when what was unknown is known', async () => {
    await replica.seeds.seed([counter]);
    const unknown = event({ costNanos: 4, status: 'unknown' });
    await replica.intake.record([unknown]);
    expect(await spent()).toBe(4);
    const known: UsageEvent = { ...unknown, costNanos: 9, status: 'complete' };
    await replica.intake.record([known]);
    await replica.intake.record([unknown]);
    expect([await spent(), await inLedger()]).toEqual([9, 9]);
  });

  it('seeds what belongs to the window, the model and the owner, and corrections', async () => {
    const userId = unique('user');
    const calls: Partial<UsageEvent>[] = [
      { costNanos: 1, calledAt: TODAY - 1 },
      { costNanos: 2, calledAt: TODAY, model: 'gpt-4o' },
      { costNanos: 4, calledAt: TODAY + 86_400_000 },
      { costNanos: 8, calledAt: NOW, userId },
      { costNanos: 16, calledAt: NOW, userId, teamId: 'team' },
    ];
    await replica.intake.record(calls.map(event));
    const names = [
      counter,
      counterName(`key:${keyHash}`, '1d', TODAY, 'gpt-*'),
      counterName(`key:${keyHash}`, null, 0),
      counterName(`user:${userId}`, '1mo', windowStart('1mo', NOW)),
      counterName(`member:team:${userId}`, '1mo', windowStart('1mo', NOW)),
    ];
    await stage.database.dataSource.transaction((manager) =>
      recordCorrection(manager, {
        counter: { scope: { kind: 'key', id: keyHash }, model: null, window: '1d', start: TODAY },
        nanos: -20,
        actor: { keyHash: 'master', userId: null, role: 'proxy_admin' },
        reason: 'reset',
      }),
    );
    await replica.seeds.seed(names);
    expect(await Promise.all(names.map(spent))).toEqual([6, 2, 31, 8, 16]);
  });

  it('counts every row once while replicas charge and seed side by side', async () => {
    const replicas = [replica, replicaOf(stage, state), replicaOf(stage, state)];
    const names = Array.from({ length: 12 }, () => counterName(`key:${unique('race')}`, '1d', TODAY));
    const keyOf = (name: string): string => name.slice('key:'.length, name.indexOf('|'));
    const work: Promise<unknown>[] = [];
    for (let round = 0; round < 60; round += 1) {
      const { intake, seeds } = replicas[round % 3] ?? replica;
      const events = names.map((name, index) =>
        event({ keyHash: keyOf(name), counters: [name], costNanos: 1 + round + index }),
      );
      work.push(intake.record(events), intake.record(events.slice(0, 4)));
      const name = names[round % names.length];
      if (round % 4 === 0 && name !== undefined) work.push(seeds.seed([name]));
    }
    await Promise.all(work);
    await replica.seeds.seed(names);
    const [counted, kept] = [await Promise.all(names.map(spent)), await Promise.all(names.map(inLedger))];
    expect(counted).toEqual(kept);
    expect(kept[0]).toBe((60 * 61) / 2);
  }, 60_000);

  it('charges calls that were open while their key was rotated to the counters of its new hash', async () => {
    const former = unique('former');
    const [old, oldOfModel, other] = [
      counterName(`key:${former}`, '1d', TODAY),
      counterName(`key:${former}`, '1d', TODAY, 'gpt-*'),
      counterName('team:red', '1d', TODAY),
    ];
    const ofModel = counterName(`key:${keyHash}`, '1d', TODAY, 'gpt-*');
    await replica.seeds.seed([old, oldOfModel, other]);
    const insert = 'insert into former_key (hash, current_hash) values ($1, $2)';
    await stage.database.dataSource.query(insert, [former, keyHash]);
    await replica.seeds.seed([counter, ofModel]);
    const before = (await inLedger(other)) ?? 0;
    const late = { keyHash: former, teamId: 'red', model: 'gpt-4o', counters: [old, oldOfModel, other] };
    await replica.intake.record([event({ ...late, costNanos: 7 })]);
    expect(await Promise.all([counter, ofModel, old, oldOfModel].map(spent))).toEqual([7, 7, 7, 7]);
    expect(await Promise.all([counter, ofModel, old, oldOfModel].map(inLedger))).toEqual([7, 7, 7, 7]);
    expect(await spent(other)).toBe(before + 7);
  });

  it('holds on the counter of a new hash what was held while its key was rotated', async () => {
    const former = unique('former');
    const [old, fresh] = [former, keyHash].map((hash) => counterName(`key:${hash}`, '1d', TODAY)) as [
      string,
      string,
    ];
    await replica.seeds.seed([old]);
    const limit = { scope: `key:${former}`, window: '1d', maxNanos: 1_000, resetAt: null };
    const cost = { leastNanos: 40, likelyNanos: 40, mostNanos: 40 };
    const asked = { scopes: [], tokens: 0, now: Date.now(), leaseUntil: Date.now() + 60_000, cost };
    const callId = unique('call');
    state.admit({ ...asked, callId, budgets: [{ ...limit, counter: old }] });
    const insert = 'insert into former_key (hash, current_hash) values ($1, $2)';
    await stage.database.dataSource.query(insert, [former, keyHash]);
    await replica.seeds.seed([fresh]);
    expect(await state.counters([fresh])).toMatchObject([{ spentNanos: 0, heldNanos: 40 }]);
    await replica.intake.record([event({ callId, keyHash: former, counters: [old], costNanos: 30 })]);
    expect(await state.counters([fresh])).toMatchObject([{ spentNanos: 30, heldNanos: 10 }]);
  });

  it('leaves the counters of a new hash to be set, which have more than the calls that were open', async () => {
    const former = unique('former');
    // A window that began when state counted already: nobody need set it, if the key was always this one.
    const start = Date.now() + 60_000;
    const [old, fresh] = [former, keyHash].map((hash) => counterName(`key:${hash}`, '1d', start)) as [
      string,
      string,
    ];
    const spend = (costNanos: number) =>
      replica.intake.record([event({ keyHash: former, counters: [old], costNanos, calledAt: start })]);
    await spend(50);
    const insert = 'insert into former_key (hash, current_hash) values ($1, $2)';
    await stage.database.dataSource.query(insert, [former, keyHash]);
    await spend(7);
    expect([await spent(old), await spent(fresh)]).toEqual([57, null]);
    await replica.seeds.seed([fresh]);
    expect(await spent(fresh)).toBe(57);
  });

  it('has a batch come again that shared state could not be told of, and charges it once', async () => {
    await replica.seeds.seed([counter]);
    const charge = state.charge.bind(state);
    state.charge = () => Promise.reject(new Error('away'));
    const batch = [event({ costNanos: 3 })];
    await expect(replica.intake.record(batch)).rejects.toThrow('away');
    expect([await spent(), await inLedger()]).toEqual([0, 3]);
    state.charge = charge;
    expect(await replica.intake.record(batch)).toMatchObject({ inserted: 0, duplicate: 1 });
    expect(await spent()).toBe(3);
  });

  it('counts once what shared state was not told before it lost all', async () => {
    const charge = state.charge.bind(state);
    state.charge = () => Promise.reject(new Error('away'));
    const batch = [event({ costNanos: 3 })];
    await expect(replica.intake.record(batch)).rejects.toThrow('away');
    state.charge = charge;
    expect(await replica.seeds.seed([counter])).toBe(1);
    await replica.intake.record(batch);
    expect([await spent(), await inLedger()]).toEqual([3, 3]);
  });

  it('corrects a counter that is off the ledger by the same amount for a minute, and tells of it', async () => {
    await replica.seeds.seed([counter]);
    await replica.intake.record([event({ costNanos: 100 })]);
    await state.correct(counter, 7);
    await replica.drift.check(NOW);
    expect(await spent()).toBe(107);
    expect(await drift()).toBe('7');
    await state.correct(counter, 1);
    await replica.drift.check(NOW);
    expect(await spent()).toBe(108);
    await replica.drift.check(NOW);
    expect(await spent()).toBe(100);
    await replica.drift.check(NOW);
    expect(await drift()).toBe('0');
  });

  it('releases what calls hold that died long ago, unless usage waits to be charged', async () => {
    const now = Date.now();
    const limits = { scope: 'key:a', window: '1d', maxNanos: 100, resetAt: now + 86_400_000 };
    const fresh = counterName('key:a', '1d', now + 60_000);
    const admission = state.admit({
      ...{ callId: unique('dead'), scopes: [], tokens: 0, now, leaseUntil: now },
      budgets: [{ ...limits, counter: fresh }],
      cost: { leastNanos: 5, likelyNanos: 5, mostNanos: 5 },
    });
    expect(admission).toMatchObject({ granted: true, heldNanos: 5 });
    const held = async (): Promise<number | undefined> => (await state.counters([fresh]))[0]?.heldNanos;
    await replica.sweeper.sweep(now + 60_000);
    expect(await held()).toBe(5);
    const later = now + 11 * 60_000;
    await replica.backlog.follow(1, () => replica.sweeper.sweep(later));
    expect(await held()).toBe(5);
    await replica.sweeper.sweep(later);
    expect(await held()).toBe(0);
  });
}

onBothDatabases('budget counters', suite);

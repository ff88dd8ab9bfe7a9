import { counterName } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { describeWithServers, startRedis, type TestServer } from '@tollgate/testing';
import { Redis } from 'ioredis';
import type { BudgetLimit } from './budgets.js';
import { describeMoneyProperty } from './money-property.suite.js';
import { RedisState, type RedisStateOptions } from './redis-state.js';
import type { Admission, AdmitRequest, State } from './state.js';
import { refusal } from './_refusal.js';
import { until } from './_until.js';

let calls = 0;

/** Of a window that began at that time. */
const budgetFrom = (start: number, maxNanos: number): BudgetLimit => {
  const [scope, window] = ['key:a', '1d'];
  const counter = counterName(scope, window, start);
  return { counter, scope, window, maxNanos, resetAt: start + 86_400_000 };
};
const costOf = (nanos: number) => ({ leastNanos: nanos, likelyNanos: nanos, mostNanos: nanos });
const admitMoney = async (state: State, budget: BudgetLimit, nanos = 10): Promise<Admission> => {
  const now = Date.now();
  const call = { callId: `money-${String(++calls)}`, scopes: [], tokens: 0, now, leaseUntil: now + 60_000 };
  return state.admit({ ...call, budgets: [budget], cost: costOf(nanos) });
};

const answers = (state: State): Promise<boolean> =>
  state.counters(['none']).then(
    () => true,
    () => false,
  );

describeWithServers('redis: budgets', () => {
  let server: TestServer;
  let client: Redis;
  let prefixes = 0;
  const opened: RedisState[] = [];
  const owned: TestServer[] = [];

  const connect = async (options: Partial<RedisStateOptions> = {}): Promise<RedisState> => {
    // Slow machines must not fail the contract; the tests of slowness use the default.
    const state = await RedisState.connect({ url: server.url, commandTimeoutMs: 2_000, ...options });
    opened.push(state);
    return state;
  };
  const replicas = (prefix: string, now: () => number = Date.now): Promise<RedisState[]> =>
    Promise.all([1, 2, 3].map(() => connect({ prefix, now })));
  /** A server of the test's own. */
  const ownRedis = async (): Promise<TestServer> => {
    const own = await startRedis();
    owned.push(own);
    return own;
  };

  const configured = async (url: string, name: string, value: string): Promise<void> => {
    const admin = new Redis(url);
    await admin.config('SET', name, value);
    admin.disconnect();
  };

  beforeAll(async () => {
    setLogLevel('silent');
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((state) => state.close()));
    await Promise.all(owned.splice(0).map((own) => own.stop()));
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  describeMoneyProperty('redis', {
    open: (now) => replicas(`property-${String(++prefixes)}`, now),
    seeds: 3,
    steps: 200,
  });

  it('of several replicas let in exactly the requests of a window and the calls that a budget pays for', async () => {
    const states = await replicas(`exact-${String(++prefixes)}`);
    const now = Date.now();
    const ask = (number: number, patch: Partial<AdmitRequest>) =>
      states[number % 3]!.admit({
        ...{ callId: `exact-${String(++calls)}`, scopes: [], tokens: 0, now, leaseUntil: now + 60_000 },
        ...patch,
      });
    const count = async (patch: Partial<AdmitRequest>): Promise<number> => {
      const answers = await Promise.all(Array.from({ length: 1_000 }, (_, number) => ask(number, patch)));
      return answers.filter(({ granted }) => granted).length;
    };
    const rpm = { requestsPerMinute: 100, tokensPerMinute: null, maxParallelRequests: null };
    expect(await count({ scopes: [{ id: 'key:rpm', ...rpm }] })).toBe(100);
    expect(await count({ budgets: [budgetFrom(now, 1_000_000_000)], cost: costOf(10_000_000) })).toBe(100);
  });

  it('leaves no key without an expiry but what must not be forgotten', async () => {
    await client.flushall();
    const state = await connect();
    const [day, ever] = [budgetFrom(Date.now() + 1_000, 100), { ...budgetFrom(0, 100), resetAt: null }];
    const endless = async (): Promise<string[]> => {
      const keys = await client.keys('*');
      const lives = await Promise.all(keys.map((key) => client.pttl(key)));
      return keys
        .filter((_key, index) => (lives[index] ?? 0) < 0)
        .map((key) => key.replace(/\d+$/, 'n'))
        .toSorted();
    };
    await admitMoney(state, day);
    const ofDay = { callId: `money-${String(calls)}`, attemptId: 'a', counters: [day.counter], costNanos: 5 };
    await state.charge([{ ...ofDay, status: 'unknown' }]);
    await admitMoney(state, day);
    await state.charge([{ ...ofDay, callId: 'ghost', status: 'complete' }]);
    expect(await endless()).toEqual(['{tollgate}:counting', '{tollgate}:holds']);
    await state.seed([{ counter: ever.counter, nanos: 0, resetAt: null }]);
    await admitMoney(state, ever);
    expect(await endless()).toEqual([
      '{tollgate}:budget:key:a||1d|n',
      '{tollgate}:counting',
      '{tollgate}:holds',
      '{tollgate}:money:money-n',
    ]);
    // Nothing is held for it any more: it is remembered for an hour.
    const ofEver = {
      callId: `money-${String(calls)}`,
      attemptId: 'a',
      counters: [ever.counter],
      costNanos: 10,
    };
    await state.charge([{ ...ofEver, status: 'complete' }]);
    expect(await client.pttl(`{tollgate}:money:${ofEver.callId}`)).toBeGreaterThan(3_600_000);
    expect(await client.zrange('{tollgate}:holds', 0, -1)).toHaveLength(1);
    await state.extend({ callId: ofEver.callId, toNanos: 5, force: false });
    expect(await client.pttl(`{tollgate}:money:${ofEver.callId}`)).toBe(-1);
  });

  describe('when Redis has lost its data', () => {
    const kept = { resetAt: null };
    const seedOf = ({ counter }: BudgetLimit) => [{ counter, nanos: 90, resetAt: null }];

    it('asks for a seed, under its feet too', async () => {
      const own = await ownRedis();
      const state = await connect({ url: own.url });
      const budget = { ...budgetFrom(Date.now() - 1, 100), ...kept };
      await state.seed(seedOf(budget));
      expect(await admitMoney(state, budget)).toMatchObject({ granted: true });
      const intruder = new Redis(own.url);
      await intruder.flushall();
      intruder.disconnect();
      const callId = `money-${String(calls)}`;
      expect(await state.extend({ callId, toNanos: 50, force: true })).toEqual({ heldNanos: 0 });
      await state.charge([
        { callId, attemptId: 'a', counters: [budget.counter], costNanos: 10, status: 'complete' },
      ]);
      expect(await state.counters([budget.counter])).toEqual([null]);
      expect(await admitMoney(state, budget)).toEqual({
        granted: false,
        kind: 'unseeded',
        counters: [budget.counter],
      });
    });

    it('trusts what it wrote with every change, after a restart', async () => {
      const own = await ownRedis();
      // Of the last second it may write nothing otherwise, when the disk is slow.
      await configured(own.url, 'appendfsync', 'always');
      const state = await connect({ url: own.url });
      const budget = { ...budgetFrom(Date.now() - 1, 100), ...kept };
      await state.seed(seedOf(budget));
      await own.kill();
      await until(() => !state.isConnected());
      await own.restart();
      await until(() => answers(state));
      expect(await admitMoney(state, budget, 11)).toMatchObject({ kind: 'budget', spentNanos: 90 });
    });

    it('does not trust a snapshot that another run has written', async () => {
      const prefix = `snapshot-${String(++prefixes)}`;
      const budget = { ...budgetFrom(Date.now() - 1, 100), ...kept };
      const [state] = await replicas(prefix);
      await state!.seed(seedOf(budget));
      await client.hset(`{${prefix}}:counting`, 'run', 'another');
      await client.config('SET', 'appendonly', 'no');
      const late = await connect({ prefix });
      await client.config('SET', 'appendonly', 'yes');
      expect(await admitMoney(state!, budget)).toMatchObject({ kind: 'unseeded' });
      expect(await late.seed(seedOf(budget))).toEqual([budget.counter]);
      expect(await admitMoney(state!, budget, 11)).toMatchObject({ kind: 'budget', spentNanos: 90 });
    });
  });

  it('gives back what a late answer holds', async () => {
    const own = await ownRedis();
    const state = await connect({ url: own.url, commandTimeoutMs: 50 });
    await until(() => answers(state));
    const budget = budgetFrom(Date.now() + 1_000, 100);
    await admitMoney(state, budget);
    process.kill(own.pid, 'SIGSTOP');
    const { milliseconds, error } = await refusal(admitMoney(state, budget));
    const others = await Promise.all([
      refusal(state.extend({ callId: 'a', toNanos: 1, force: false })),
      refusal(state.counters([budget.counter])),
      refusal(state.correct(budget.counter, 1)),
      refusal(state.seed([{ counter: budget.counter, nanos: 0, resetAt: null }])),
    ]);
    const item = { callId: 'a', attemptId: 'a', counters: [budget.counter], costNanos: 0 };
    const charged = await refusal(state.charge([{ ...item, status: 'complete' }]));
    process.kill(own.pid, 'SIGCONT');
    expect(error).toMatchObject({ code: 'service_unavailable' });
    for (const other of others) expect(other.error).toMatchObject({ code: 'service_unavailable' });
    for (const one of [...others, { milliseconds }]) expect(one.milliseconds).toBeLessThan(100);
    // It is done in the background, where some patience is better than doing it again.
    expect(charged.error).toMatchObject({ code: 'service_unavailable' });
    expect(charged.milliseconds).toBeLessThan(1_500);
    const held = () =>
      state.counters([budget.counter]).then(
        ([reading]) => reading?.heldNanos,
        () => -1,
      );
    await until(async () => (await held()) === 10);
  });
});

import { createServer, type AddressInfo } from 'node:net';
import { GatewayError, counterName } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { describeWithServers, startRedis, type TestServer } from '@tollgate/testing';
import { RedisState } from './redis-state.js';
import { openRedis, ready } from './redis/connection.js';
import { describeMoneyProperty } from './money-property.suite.js';
import { describeState } from './state.suite.js';
import type { BudgetLimit } from './budgets.js';
import type { Admission, AdmitRequest, State } from './state.js';
import { until } from './_until.js';

const limits = { requestsPerMinute: 1_000, tokensPerMinute: 1_000, maxParallelRequests: 2 };
const scopes = [{ id: 'key:a', ...limits }];
let calls = 0;

const admit = (state: State): ReturnType<State['admit']> => {
  const now = Date.now();
  return state.admit({ callId: `call-${String(++calls)}`, scopes, tokens: 1, now, leaseUntil: now + 60_000 });
};

/** How long it took to be refused, and with what. */
async function refusal(work: Promise<unknown>): Promise<{ milliseconds: number; error: unknown }> {
  const started = performance.now();
  const error: unknown = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return { milliseconds: performance.now() - started, error };
}

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
  state.settle({ callId: 'none', scopes, admittedAt: 0, admittedTokens: 0, tokens: 0 }).then(
    () => true,
    () => false,
  );

describeWithServers('redis', () => {
  let server: TestServer;
  let prefixes = 0;
  const opened: RedisState[] = [];

  const connect = async (options: { now?: () => number; prefix?: string } = {}): Promise<RedisState> => {
    // Slow machines must not fail the contract; the tests of slowness use the default.
    const state = await RedisState.connect({ url: server.url, commandTimeoutMs: 2_000, ...options });
    opened.push(state);
    return state;
  };

  beforeAll(async () => {
    setLogLevel('silent');
    server = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((state) => state.close()));
  });
  afterAll(() => server.stop());

  describeState('redis', { open: (now) => connect({ now, prefix: `suite-${String(++prefixes)}` }) });

  const replicas = (prefix: string, now?: () => number): Promise<RedisState[]> =>
    Promise.all([1, 2, 3].map(() => connect({ prefix, ...(now && { now }) })));
  describeMoneyProperty('redis', {
    open: (now) => replicas(`property-${String(++prefixes)}`, now),
    seeds: 3,
    steps: 200,
  });

  describe('several replicas', () => {
    it('share the counters', async () => {
      const prefix = `shared-${String(++prefixes)}`;
      const states = await replicas(prefix);
      const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => admit(states[n % 3]!)));
      expect(answers.filter(({ granted }) => granted)).toHaveLength(2);
    });

    it('let in exactly the requests of a window and the calls that a budget pays for', async () => {
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
  });

  it('leaves no key without an expiry but what must not be forgotten', async () => {
    const { Redis } = await import('ioredis');
    const client = new Redis(server.url);
    await client.flushall();
    const state = await connect();
    const [day, ever] = [budgetFrom(Date.now() + 1_000, 100), { ...budgetFrom(0, 100), resetAt: null }];
    const names = async (): Promise<string[]> =>
      (await client.keys('*')).toSorted().map((key) => key.replace(/\d+$/, 'n'));
    const lives = async (): Promise<string[]> => {
      const keys = await client.keys('*');
      const endless = await Promise.all(keys.map(async (key) => ((await client.pttl(key)) < 0 ? key : '')));
      return endless
        .filter((key) => key !== '')
        .map((key) => key.replace(/\d+$/, 'n'))
        .toSorted();
    };
    await admit(state);
    expect(await names()).toEqual([
      '{tollgate}:calls:n',
      '{tollgate}:counting',
      '{tollgate}:leases:key:a',
      '{tollgate}:window:key:a:n',
    ]);
    expect(await lives()).toEqual(['{tollgate}:counting']);
    await admitMoney(state, day);
    const ofDay = { callId: `money-${String(calls)}`, attemptId: 'a', counters: [day.counter], costNanos: 5 };
    await state.charge([{ ...ofDay, status: 'unknown' }]);
    await admitMoney(state, day);
    await state.charge([{ ...ofDay, callId: 'ghost', status: 'complete' }]);
    expect(await lives()).toEqual(['{tollgate}:counting', '{tollgate}:holds']);
    await state.seed([{ counter: ever.counter, nanos: 0, resetAt: null }]);
    await admitMoney(state, ever);
    expect(await lives()).toEqual([
      `{tollgate}:budget:key:a||1d|n`,
      '{tollgate}:call:money-n',
      '{tollgate}:counting',
      '{tollgate}:holds',
    ]);
    // Nothing is held for it any more: it is remembered for an hour.
    const ofEver = {
      callId: `money-${String(calls)}`,
      attemptId: 'a',
      counters: [ever.counter],
      costNanos: 10,
    };
    await state.charge([{ ...ofEver, status: 'complete' }]);
    expect(await client.pttl(`{tollgate}:call:${ofEver.callId}`)).toBeGreaterThan(3_600_000);
    expect(await client.zrange('{tollgate}:holds', 0, -1)).toHaveLength(1);
    client.disconnect();
  });

  describe('when Redis has lost its data', () => {
    const kept = { resetAt: null };
    const seedOf = ({ counter }: BudgetLimit) => [{ counter, nanos: 90, resetAt: null }];

    it('asks for a seed, under its feet too', async () => {
      const { Redis } = await import('ioredis');
      const own = await startRedis();
      const state = await RedisState.connect({ url: own.url, commandTimeoutMs: 2_000 });
      const budget = { ...budgetFrom(Date.now() - 1, 100), ...kept };
      await state.seed(seedOf(budget));
      expect(await admitMoney(state, budget)).toMatchObject({ granted: true });
      const client = new Redis(own.url);
      await client.flushall();
      client.disconnect();
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
      await state.close();
      await own.stop();
    });

    it('trusts what it wrote with every change, after a restart', async () => {
      const own = await startRedis();
      const state = await RedisState.connect({ url: own.url, commandTimeoutMs: 2_000 });
      const budget = { ...budgetFrom(Date.now() - 1, 100), ...kept };
      await state.seed(seedOf(budget));
      await own.kill();
      await until(() => !state.isConnected());
      await own.restart();
      await until(() => answers(state));
      expect(await admitMoney(state, budget, 11)).toMatchObject({ kind: 'budget', spentNanos: 90 });
      await state.close();
      await own.stop();
    });

    it('does not trust a snapshot that another run has written', async () => {
      const { Redis } = await import('ioredis');
      const prefix = `snapshot-${String(++prefixes)}`;
      const budget = { ...budgetFrom(Date.now() - 1, 100), ...kept };
      const [state] = await replicas(prefix);
      await state!.seed(seedOf(budget));
      const client = new Redis(server.url);
      await client.hset(`{${prefix}}:counting`, 'run', 'another');
      await client.config('SET', 'appendonly', 'no');
      const late = await connect({ prefix });
      await client.config('SET', 'appendonly', 'yes');
      client.disconnect();
      expect(await admitMoney(state!, budget)).toMatchObject({ kind: 'unseeded' });
      expect(await late.seed(seedOf(budget))).toEqual([budget.counter]);
      expect(await admitMoney(state!, budget, 11)).toMatchObject({ kind: 'budget', spentNanos: 90 });
    });
  });

  describe('when Redis is away', () => {
    it('rejects at once, and recovers with it', async () => {
      const own = await startRedis();
      const state = await RedisState.connect({ url: own.url });
      await admit(state);
      await own.kill();
      await until(() => !state.isConnected());
      const { milliseconds, error } = await refusal(admit(state));
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({ code: 'service_unavailable', options: { retryAfterMs: 1_000 } });
      expect(milliseconds).toBeLessThan(100);
      await own.restart();
      await until(() => answers(state));
      expect((await admit(state)).granted).toBe(true);
      await state.close();
      await own.stop();
    });

    it('starts without it and finds it later', async () => {
      const own = await startRedis();
      await own.kill();
      const state = await RedisState.connect({ url: own.url });
      expect(state.isConnected()).toBe(false);
      expect((await refusal(admit(state))).error).toMatchObject({ code: 'service_unavailable' });
      await own.restart();
      await until(() => answers(state));
      await state.close();
      await own.stop();
    });
  });

  describe('when Redis stalls', () => {
    it('rejects in time, also with many waiting, and recovers without a slot lost', async () => {
      const own = await startRedis();
      const state = await RedisState.connect({ url: own.url });
      await admit(state).then(() => answers(state));
      process.kill(own.pid, 'SIGSTOP');
      const refusals = await Promise.all(Array.from({ length: 50 }, () => refusal(admit(state))));
      process.kill(own.pid, 'SIGCONT');
      for (const { milliseconds, error } of refusals) {
        expect(error).toMatchObject({ code: 'service_unavailable' });
        expect(milliseconds).toBeLessThan(100);
      }
      await until(() => answers(state));
      // One slot of two is held by the first call; the one that a late answer took is given back.
      await until(() => admit(state).then(({ granted }) => granted));
      await state.close();
      await own.stop();
    });

    it('gives back what a late answer holds', async () => {
      const own = await startRedis();
      const state = await RedisState.connect({ url: own.url });
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
      await state.close();
      await own.stop();
    });

    it('does not tear down the next connection for the silence of the last', async () => {
      const own = await startRedis();
      const redis = openRedis(own.url);
      await ready(redis, 2_000);
      process.kill(own.pid, 'SIGSTOP');
      const ping = redis.ping().catch(() => 'lost');
      await until(() => Reflect.get(redis, 'socketTimeoutTimer') !== undefined);
      const closed = new Promise((resolve) => redis.once('close', resolve));
      await own.kill();
      expect(await ping).toBe('lost');
      await closed;
      expect(Reflect.get(redis, 'socketTimeoutTimer')).toBeUndefined();
      redis.disconnect();
      await own.stop();
    });

    it('rejects against a server that accepts and never answers', async () => {
      const silent = createServer((socket) => socket.on('error', () => socket.destroy()).resume());
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      const state = await RedisState.connect({ url: `redis://127.0.0.1:${String(port)}` });
      const { milliseconds, error } = await refusal(admit(state));
      expect(error).toMatchObject({ code: 'service_unavailable' });
      expect(milliseconds).toBeLessThan(100);
      await state.close();
      silent.close();
    });
  });
});

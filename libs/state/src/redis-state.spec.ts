import { createServer, type AddressInfo } from 'node:net';
import { GatewayError } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { describeWithServers, startRedis, type TestServer } from '@tollgate/testing';
import { RedisState } from './redis-state.js';
import { openRedis, ready } from './redis/connection.js';
import { describeState } from './state.suite.js';
import { describeTexts } from './texts.suite.js';
import type { Admission } from './state.js';
import { refusal } from './_refusal.js';
import { until } from './_until.js';

const limits = { requestsPerMinute: 1_000, tokensPerMinute: 1_000, maxParallelRequests: 2 };
const scopes = [{ id: 'key:a', ...limits }];
let calls = 0;

const admit = (state: RedisState): Promise<Admission> => {
  const now = Date.now();
  return state.admit({ callId: `call-${String(++calls)}`, scopes, tokens: 1, now, leaseUntil: now + 60_000 });
};

const answers = (state: RedisState): Promise<boolean> =>
  state.settle({ callId: 'none', scopes, admittedAt: 0, admittedTokens: 0, tokens: 0 }).then(
    () => true,
    () => false,
  );

describeWithServers('redis', () => {
  let server: TestServer;
  let prefixes = 0;
  const opened: RedisState[] = [];
  const owned: TestServer[] = [];

  const connect = async (
    options: { now?: () => number; prefix?: string; maxTextBytes?: number } = {},
  ): Promise<RedisState> => {
    // Slow machines must not fail the contract; the tests of slowness use the default.
    const state = await RedisState.connect({ url: server.url, commandTimeoutMs: 2_000, ...options });
    opened.push(state);
    return state;
  };

  /** A server of the test's own, and a state with the usual patience. */
  const ownRedis = async (): Promise<TestServer> => {
    const own = await startRedis();
    owned.push(own);
    return own;
  };
  const connectTo = async (url: string): Promise<RedisState> => {
    const state = await RedisState.connect({ url });
    opened.push(state);
    return state;
  };

  beforeAll(async () => {
    setLogLevel('silent');
    server = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((state) => state.close()));
    await Promise.all(owned.splice(0).map((own) => own.stop()));
  });
  afterAll(() => server.stop());

  describeState('redis', { open: (now) => connect({ now, prefix: `suite-${String(++prefixes)}` }) });

  describeTexts({
    open: (maxTextBytes) => connect({ maxTextBytes, prefix: `texts-${String(++prefixes)}` }),
  });

  describe('several replicas', () => {
    it('share the counters', async () => {
      const prefix = `shared-${String(++prefixes)}`;
      const states = await Promise.all([1, 2, 3].map(() => connect({ prefix })));
      const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => admit(states[n % 3]!)));
      expect(answers.filter(({ granted }) => granted)).toHaveLength(2);
    });
  });

  it('leaves no key without an expiry but that of when it began', async () => {
    const { Redis } = await import('ioredis');
    const client = new Redis(server.url);
    await client.flushall();
    const state = await connect();
    await admit(state);
    await state.keepText('a', 'text', 60_000);
    const keys = await client.keys('*');
    expect(keys.toSorted().map((key) => key.replace(/\d+$/, 'n'))).toEqual([
      '{tollgate}:calls:n',
      '{tollgate}:counting',
      '{tollgate}:leases:key:a',
      '{tollgate}:text:a',
      '{tollgate}:texts',
      '{tollgate}:texts:sizes',
      '{tollgate}:window:key:a:n',
    ]);
    for (const key of keys) expect((await client.pttl(key)) > 0).toBe(!key.endsWith(':counting'));
    client.disconnect();
  });

  describe('when Redis is away', () => {
    it('rejects at once, and recovers with it', async () => {
      const own = await ownRedis();
      const state = await connectTo(own.url);
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
    });

    it('starts without it and finds it later', async () => {
      const own = await ownRedis();
      await own.kill();
      const state = await connectTo(own.url);
      expect(state.isConnected()).toBe(false);
      expect((await refusal(admit(state))).error).toMatchObject({ code: 'service_unavailable' });
      await own.restart();
      await until(() => answers(state));
    });
  });

  describe('when Redis stalls', () => {
    it('rejects in time, also with many waiting, and recovers without a slot lost', async () => {
      const own = await ownRedis();
      const state = await connectTo(own.url);
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
    });

    it('does not tear down the next connection for the silence of the last', async () => {
      const own = await ownRedis();
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
    });

    it('rejects against a server that accepts and never answers', async () => {
      const silent = createServer((socket) => socket.on('error', () => socket.destroy()).resume());
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      const state = await connectTo(`redis://127.0.0.1:${String(port)}`);
      const { milliseconds, error } = await refusal(admit(state));
      expect(error).toMatchObject({ code: 'service_unavailable' });
      expect(milliseconds).toBeLessThan(100);
      silent.close();
    });
  });
});

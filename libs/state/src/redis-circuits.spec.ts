import { setLogLevel } from '@tollgate/observability';
import { describeWithServers, startRedis, type TestServer } from '@tollgate/testing';
import { Redis } from 'ioredis';
import { CircuitTable, FORGET_MS } from './circuit-table.js';
import { RedisState } from './redis-state.js';
import { until } from './_until.js';

const LEASE_MS = 30_000;

describeWithServers('redis: circuits of several replicas', () => {
  let server: TestServer;
  let prefixes = 0;
  const opened: RedisState[] = [];

  /** Slow machines must not fail the contract. */
  const replicas = async (count: number, now: () => number = Date.now): Promise<RedisState[]> => {
    const prefix = `circuits-${String(++prefixes)}`;
    const options = { url: server.url, commandTimeoutMs: 2_000, prefix, now };
    const states = await Promise.all(Array.from({ length: count }, () => RedisState.connect(options)));
    opened.push(...states);
    return states;
  };
  const known = (states: readonly RedisState[], id: string) =>
    states.map((state) => state.circuits().get(id));

  beforeAll(async () => {
    setLogLevel('silent');
    server = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((state) => state.close()));
  });
  afterAll(() => server.stop());

  it('are heard of in far less than a second, opened and closed', async () => {
    const [one, other] = await replicas(2);
    const [started, returns] = [performance.now(), Date.now() + 200];
    await one!.openCircuit('d1', returns);
    await until(() => other!.circuits().has('d1'));
    expect(performance.now() - started).toBeLessThan(500);
    expect(other!.circuits().get('d1')).toEqual({ until: returns, probingUntil: null, opens: 1 });
    await until(() => Date.now() >= returns);
    const closing = performance.now();
    await one!.closeCircuit('d1', returns);
    await until(() => !other!.circuits().has('d1'));
    expect(performance.now() - closing).toBeLessThan(500);
  });

  it('are known to one that starts later', async () => {
    const [one] = await replicas(1);
    await one!.openCircuit('d1', Date.now() + 60_000);
    prefixes -= 1;
    const [late] = await replicas(1);
    expect(late!.circuits().has('d1')).toBe(true);
  });

  it('have one probe in all, which the others know of', async () => {
    let clock = Date.now();
    const states = await replicas(3, () => clock);
    await states[0]!.openCircuit('d1', clock + 1_000);
    await until(() => known(states, 'd1').every(Boolean));
    clock += 1_000;
    const claims = states.flatMap((state) => Array.from({ length: 20 }, () => state));
    const answers = await Promise.all(claims.map((state) => state.claimProbe('d1', LEASE_MS)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    await until(() => known(states, 'd1').every((circuit) => circuit?.probingUntil === clock + LEASE_MS));
  });

  it('let nobody give up the probe of another', async () => {
    let clock = Date.now();
    const [one, other] = await replicas(2, () => clock);
    await one!.openCircuit('d1', clock + 1_000);
    await until(() => other!.circuits().has('d1'));
    clock += 1_000;
    expect(await one!.claimProbe('d1', LEASE_MS)).toBe(true);
    await other!.releaseProbe('d1');
    expect(await other!.claimProbe('d1', LEASE_MS)).toBe(false);
    await one!.releaseProbe('d1');
    await until(() => other!.circuits().get('d1')?.probingUntil === null);
    expect(await other!.claimProbe('d1', LEASE_MS)).toBe(true);
  });

  it('stay open when a probe succeeds that began before another replica opened them anew', async () => {
    let clock = Date.now();
    const [one, other] = await replicas(2, () => clock);
    await one!.openCircuit('d1', clock + 1_000);
    await until(() => other!.circuits().has('d1'));
    clock += 1_000;
    const seen = clock;
    await one!.claimProbe('d1', LEASE_MS);
    await Promise.all([other!.openCircuit('d1', clock + 1_000), one!.closeCircuit('d1', seen)]);
    await until(() => known([one!, other!], 'd1').every((circuit) => circuit?.until === seen + 1_000));
  });

  it('are read anew when a message was lost', async () => {
    const [one, other] = await replicas(2);
    (Reflect.get(other!, 'subscriber') as Redis).disconnect();
    await one!.openCircuit('d1', Date.now() + 60_000);
    const started = performance.now();
    await until(() => other!.circuits().has('d1'));
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('do as the model does, whatever happens', async () => {
    let clock = Date.now();
    const states = await replicas(3, () => clock);
    const model = new CircuitTable(() => clock);
    let seed = 7;
    const below = (limit: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * limit);
    };
    const agree = (): boolean =>
      states.every((state) => {
        const [own, other] = [model.current(), state.circuits()];
        return (
          own.size === other.size &&
          [...own].every(([id, circuit]) => JSON.stringify(other.get(id)) === JSON.stringify(circuit))
        );
      });
    for (let step = 0; step < 300; step++) {
      const [state, id, action] = [states[below(3)]!, `d${String(below(3))}`, below(4)];
      if (action === 0) {
        const deadline = clock + below(2_000);
        await state.openCircuit(id, deadline);
        model.open(id, deadline);
      } else if (action === 1) {
        const seen = model.recordOf(id).until - below(2);
        await state.closeCircuit(id, seen);
        model.close(id, seen);
      } else if (action === 2) {
        expect(await state.claimProbe(id, 700)).toBe(model.claim(id, 700));
      } else {
        clock += below(100) === 0 ? FORGET_MS : below(800);
      }
      await until(agree);
    }
  });

  it('leave no key without an expiry, and only the three', async () => {
    const client = new Redis(server.url);
    await client.flushall();
    let clock = Date.now();
    const [state] = await replicas(1, () => clock);
    for (let n = 0; n < 20; n++) await state!.openCircuit(`d${String(n)}`, clock + 60_000);
    await client.del(await client.keys('*:counting'));
    const keys = (await client.keys('*')).map((key) => key.replace(/^.*?:/, ''));
    expect(keys.toSorted()).toEqual(['circuits', 'circuits:changes', 'circuits:ends']);
    for (const key of await client.keys('*')) expect(await client.pttl(key)).toBeGreaterThan(60_000);
    clock += 60_000 + FORGET_MS;
    await state!.openCircuit('next', clock + 1_000);
    const fields = await client.hkeys((await client.keys('*:circuits'))[0]!);
    expect(fields).toEqual(['next']);
    client.disconnect();
  });

  describe('when Redis is away', () => {
    it('open and close here, and everywhere once it is back; nobody waits for a probe', async () => {
      const own = await startRedis();
      const [one, other] = await Promise.all([
        RedisState.connect({ url: own.url }),
        RedisState.connect({ url: own.url }),
      ]);
      const soon = Date.now() + 100;
      await one.openCircuit('probed', soon);
      await until(() => other.circuits().has('probed'));
      await own.kill();
      await until(() => !one.isConnected() && !other.isConnected() && Date.now() >= soon);

      await expect(one.openCircuit('opened', Date.now() + 60_000)).rejects.toMatchObject({
        code: 'service_unavailable',
      });
      expect(one.circuits().has('opened')).toBe(true);
      const started = performance.now();
      expect(await one.claimProbe('probed', LEASE_MS)).toBe(true);
      expect(await one.claimProbe('probed', LEASE_MS)).toBe(false);
      expect(performance.now() - started).toBeLessThan(100);
      await expect(one.closeCircuit('probed', soon)).rejects.toMatchObject({ code: 'service_unavailable' });
      expect(one.circuits().has('probed')).toBe(false);

      await own.restart();
      await until(() => other.circuits().has('opened') && !other.circuits().has('probed'));
      await Promise.all([one.close(), other.close()]);
      await own.stop();
    });

    it('claim a probe in time from one that is stalled', async () => {
      const own = await startRedis();
      const state = await RedisState.connect({ url: own.url });
      const soon = Date.now() + 50;
      await state.openCircuit('d1', soon);
      await until(() => Date.now() >= soon);
      process.kill(own.pid, 'SIGSTOP');
      const started = performance.now();
      const answers = await Promise.all([1, 2, 3].map(() => state.claimProbe('d1', LEASE_MS)));
      expect(performance.now() - started).toBeLessThan(100);
      process.kill(own.pid, 'SIGCONT');
      expect(answers).toEqual([true, false, false]);
      await state.close();
      await own.stop();
    });
  });
});

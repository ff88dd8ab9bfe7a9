import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { startEmbedder, type Embedder } from './_embedder.js';
import { MASTER_KEY, eventually } from './_seed.js';
import { cacheConfig, describeCache } from './cache.suite.js';

describeWithServers('the cache, distributed over two ingresses', () => {
  let lab: FaultLab;
  let embedder: Embedder;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    [lab, embedder] = await Promise.all([startFaultLab(), startEmbedder()]);
    gateway = await startDistributed({
      config: cacheConfig({ lab, embedder }),
      replicas: { ingress: 2 },
      env: { LITELLM_MASTER_KEY: MASTER_KEY, REDIS_TIMEOUT_MS: '2000' },
    });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([lab.close(), embedder.close()]);
  });

  const { chat, outcomeOf, read } = describeCache(() => ({
    ...{ lab, embedder },
    urls: gateway.replicas.ingress.map(({ url }) => url),
  }));

  it('tells of its Redis', async () => {
    await (await chat('Are you there?')).text();
    const info = await read<{ num_clients: number; tollgate_cache: { entries: number } }>(
      '/cache/redis/info',
    );
    expect(info).toMatchObject({ info: { redis_version: expect.any(String) as string } });
    expect(info.num_clients).toBeGreaterThan(0);
    expect(info.tollgate_cache.entries).toBeGreaterThan(0);
  });

  it('answers without it while Redis is away, and with it again afterwards', async () => {
    await (await chat('Still there?')).text();
    await gateway.servers.redis.kill();
    expect([await outcomeOf(chat('Still there?')), await outcomeOf(chat('Still there?'))]).toEqual([
      ...['miss', 'miss'],
    ]);
    await gateway.servers.redis.restart();
    await eventually(
      () => outcomeOf(chat('Still there?')),
      (outcome) => outcome === 'hit',
    );
  });
});

import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import { startEmbedder, type Embedder } from './_embedder.js';
import { MASTER_KEY } from './_seed.js';
import { cacheConfig, describeCache } from './cache.suite.js';

describe('the cache, embedded', () => {
  let lab: FaultLab;
  let embedder: Embedder;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    [lab, embedder] = await Promise.all([startFaultLab(), startEmbedder()]);
    gateway = await startGateway({
      mode: 'embedded',
      config: cacheConfig({ lab, embedder }),
      env: { LITELLM_MASTER_KEY: MASTER_KEY },
    });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([lab.close(), embedder.close()]);
  });

  describeCache(() => ({ lab, embedder, urls: [gateway.url] }));
});

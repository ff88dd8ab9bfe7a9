import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  startGateway,
  type FaultLab,
} from '@tollgate/testing';
import { startEmbedder, type Embedder } from './_embedder.js';
import { describeSemanticCache, semanticConfig } from './cache-semantic.suite.js';
import { MASTER_KEY } from './_seed.js';

interface Running {
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

const env = { LITELLM_MASTER_KEY: MASTER_KEY };

async function embedded(config: string): Promise<Running> {
  const gateway = await startGateway({ mode: 'embedded', config, env });
  return { urls: [gateway.url], stop: () => gateway.stop() };
}

async function distributed(config: string): Promise<Running> {
  const gateway = await startDistributed({
    ...{ config, replicas: { ingress: 2 } },
    env: { ...env, REDIS_TIMEOUT_MS: '2000' },
  });
  return { urls: gateway.replicas.ingress.map(({ url }) => url), stop: () => gateway.stop() };
}

const staged = (start: (config: string) => Promise<Running>) => () => {
  let lab: FaultLab;
  let embedder: Embedder;
  let gateway: Running;

  beforeAll(async () => {
    [lab, embedder] = await Promise.all([startFaultLab(), startEmbedder()]);
    gateway = await start(semanticConfig({ lab, embedder }));
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([lab.close(), embedder.close()]);
  });

  describeSemanticCache(() => ({ lab, embedder, urls: gateway.urls }));
};

describe('the semantic cache, embedded', staged(embedded));
describeWithServers('the semantic cache, distributed over two ingresses', staged(distributed));

import { describeWithServers, startDistributed, type DistributedGateway } from '@tollgate/testing';
import { describeClients } from './clients.suite.js';
import { startProviders, type Providers } from './providers.js';

describeWithServers('clients of the distributed gateway', () => {
  let providers: Providers;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    providers = await startProviders();
    gateway = await startDistributed({ config: providers.config });
  }, 180_000);

  afterAll(async () => {
    await providers.close();
    await gateway.stop();
  });

  describeClients(() => ({ url: gateway.url, lab: providers.lab }));
});

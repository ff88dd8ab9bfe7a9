import { startGateway, type Gateway } from '@tollgate/testing';
import { describeClients } from './clients.suite.js';
import { startProviders, type Providers } from './providers.js';

describe('clients of the embedded gateway', () => {
  let providers: Providers;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    providers = await startProviders();
    gateway = await startGateway({ mode: 'embedded', config: providers.config });
  }, 120_000);

  afterAll(async () => {
    await providers.close();
    await gateway.stop();
  });

  describeClients(() => ({ url: gateway.url, lab: providers.lab }));
});

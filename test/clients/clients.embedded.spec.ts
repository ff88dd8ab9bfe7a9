import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import { clientsConfig, describeClients } from './clients.suite.js';

describe('clients of the embedded gateway', () => {
  let lab: FaultLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startGateway({ mode: 'embedded', config: clientsConfig(lab) });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeClients(() => ({ url: gateway.url, lab }));
});

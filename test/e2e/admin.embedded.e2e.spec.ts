import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import { adminConfig, describeAdmin } from './admin.suite.js';

describe('administration, embedded', () => {
  let lab: FaultLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startGateway({ mode: 'embedded', config: adminConfig(lab.url) });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeAdmin(() => ({ lab, ingresses: [gateway.processes.standalone] }));
});

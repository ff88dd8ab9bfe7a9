import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import { SEED_VARIABLES, seedConfig } from './_seed.js';
import { describeGateway } from './gateway.suite.js';
import { describeResponses } from './responses.suite.js';

describe('the embedded gateway', () => {
  let lab: FaultLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startGateway({ mode: 'embedded', config: seedConfig(lab), env: SEED_VARIABLES });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeGateway(() => ({ url: gateway.url, lab }));
  describeResponses(() => ({ url: gateway.url, lab }));
});

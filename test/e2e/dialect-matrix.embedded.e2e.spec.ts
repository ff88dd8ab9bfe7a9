import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import { SEED_VARIABLES } from './_seed.js';
import { matrixConfig } from './matrix/backs.js';
import { describeMatrix } from './matrix/matrix.suite.js';

describe('the embedded gateway', () => {
  let lab: FaultLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startGateway({ mode: 'embedded', config: matrixConfig(lab), env: SEED_VARIABLES });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeMatrix(() => ({ url: gateway.url, lab }));
});

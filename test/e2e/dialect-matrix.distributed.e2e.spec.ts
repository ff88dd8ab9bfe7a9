import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { SEED_VARIABLES } from './_seed.js';
import { matrixConfig } from './matrix/backs.js';
import { describeMatrix } from './matrix/matrix.suite.js';

describeWithServers('the distributed gateway', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startDistributed({ config: matrixConfig(lab), env: SEED_VARIABLES });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  // The rest is translation, which does not know how the gateway is run.
  describeMatrix(() => ({ url: gateway.url, lab }), ['parallel tools', 'cut stream']);
});

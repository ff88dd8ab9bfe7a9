import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { SEED_VARIABLES, seedConfig } from './_seed.js';
import { describeGateway } from './gateway.suite.js';
import { describeResponses } from './responses.suite.js';

describeWithServers('the distributed gateway', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startDistributed({ config: seedConfig(lab), env: SEED_VARIABLES });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeGateway(() => ({ url: gateway.url, lab }));
  describeResponses(() => ({ url: gateway.url, lab }));
});

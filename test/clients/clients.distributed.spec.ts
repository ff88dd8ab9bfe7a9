import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { clientsConfig, describeClients } from './clients.suite.js';

describeWithServers('clients of the distributed gateway', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startDistributed({ config: clientsConfig(lab) });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeClients(() => ({ url: gateway.url, lab }));
});

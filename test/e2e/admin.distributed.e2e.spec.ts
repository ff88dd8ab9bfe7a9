import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { adminConfig, describeAdmin } from './admin.suite.js';

describeWithServers('administration, distributed over two ingresses', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startDistributed({ config: adminConfig(lab.url), replicas: { ingress: 2 } });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeAdmin(() => ({ lab, ingresses: gateway.replicas.ingress }));
});

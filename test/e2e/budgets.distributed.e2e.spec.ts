import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { budgetConfig, describeBudgets } from './budgets.suite.js';

describeWithServers('budgets, distributed over three ingresses', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startDistributed({ config: budgetConfig(lab.url), replicas: { ingress: 3 } });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeBudgets(() => ({ lab, ingresses: gateway.replicas.ingress }));
});

import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import { budgetConfig, describeBudgets } from './budgets.suite.js';

describe('budgets, embedded', () => {
  let lab: FaultLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startGateway({ mode: 'embedded', config: budgetConfig(lab.url) });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeBudgets(() => ({ lab, ingresses: [gateway.processes.standalone] }));
});

import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { eventually } from './_seed.js';
import { budgetConfig, describeBudgets } from './budgets.suite.js';

describeWithServers('budgets, distributed over three ingresses', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startDistributed({
      config: budgetConfig(lab.url),
      replicas: { ingress: 3 },
      // A thousand calls at once on a machine of two cores: Redis may be kept waiting for one.
      env: { REDIS_TIMEOUT_MS: '2000' },
    });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  const { newKey, call, settled } = describeBudgets(() => ({ lab, ingresses: gateway.replicas.ingress }));

  it('an ingress that is killed under load: never over, and its reservations are released', async () => {
    const key = await newKey({ max_budget: 1 });
    const urls = gateway.replicas.ingress.map(({ url }) => url);
    const body = { model: 'cent', max_tokens: 100, timeout: 2 };
    const [, , third] = gateway.replicas.ingress;
    // Nothing is ever used for these: what they hold is released when their time and the grace are over.
    const stuck = Promise.allSettled(
      Array.from({ length: 10 }, () => call(key, { ...body, model: 'stuck', timeout: 10 }, third!.url)),
    );
    await eventually(
      () => Promise.resolve(lab.stats().open),
      (open) => open === 10,
    );
    const answers = Promise.allSettled(
      Array.from({ length: 600 }, (_, number) => call(key, body, urls[number % urls.length])),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await third!.kill();
    await stuck;
    const succeeded = (await answers).filter(
      (answer) => answer.status === 'fulfilled' && answer.value.status === 200,
    ).length;
    await third!.start();
    const { spend } = await settled(key);
    expect(spend).toBeLessThanOrEqual(1);
    expect(spend).toBeGreaterThanOrEqual(succeeded / 100);
    // What is left can still be spent, to the last cent.
    while ((await call(key, body)).status === 200);
    expect(await settled(key)).toEqual({ spend: 1, held: 0, due: 0, ledger: 1 });
  }, 240_000);
});

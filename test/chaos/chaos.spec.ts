import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { MASTER_KEY, eventually, json } from '../e2e/_seed.js';
import { differences, ledgerTokens, servedTokens, unknowns, type LedgerTokens } from './_ledger.js';
import { CHAOS_STEP, Load, chaosConfig } from './_load.js';

const CALLERS = 8;
const CALLS_EACH_SIDE = 150;

/** Something dies under load and comes back; the ledger must end equal to what the provider served. */
describeWithServers('chaos', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startDistributed({ config: chaosConfig(lab), env: { LITELLM_MASTER_KEY: MASTER_KEY } });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  beforeEach(() => {
    lab.reset();
    lab.script('chaos', [CHAOS_STEP]);
  });

  const served = (calls: number): Promise<unknown> =>
    eventually(
      async () => lab.stats().finished,
      (finished) => finished >= calls,
      60_000,
    );

  /** Runs load around `harm`, and waits until ledger and provider agree call by call. */
  async function survive(harm: () => Promise<void>): Promise<void> {
    const load = new Load(() => gateway.url, CALLERS);
    await served(CALLS_EACH_SIDE);
    await harm();
    await served(lab.stats().finished + CALLS_EACH_SIDE);
    const report = await load.stop();
    expect(report.answered).toBeGreaterThan(CALLS_EACH_SIDE);
    await eventually(
      async () => lab.stats().open,
      (open) => open === 0,
      30_000,
    );
    await eventually(
      async () => differences(servedTokens(lab), await sinceReset()),
      (lines) => lines.length === 0,
      60_000,
    );
  }

  /** The ledger's attempts among those that the lab has seen since its reset. */
  async function sinceReset(): Promise<Map<string, LedgerTokens>> {
    const ids = new Set(lab.calls().map((call) => call.id));
    const all = await ledgerTokens(gateway.servers.postgres.url);
    return new Map([...all].filter(([id]) => ids.has(id)));
  }

  it.each(['worker', 'router', 'billing', 'ingress'] as const)(
    'kill -9 of %s under load loses and doubles nothing',
    async (name) => {
      await survive(async () => {
        await gateway.processes[name].kill('SIGKILL');
        await gateway.processes[name].start();
      });
      // At most the calls that were in flight in the worker that died.
      expect(unknowns(await sinceReset())).toBeLessThanOrEqual(name === 'worker' ? CALLERS : 0);
    },
    180_000,
  );

  it('restarts NATS under load and loses nothing', async () => {
    await survive(() => gateway.servers.nats.restart());
  }, 180_000);

  it('takes PostgreSQL away for 30 seconds and loses nothing', async () => {
    await survive(async () => {
      await gateway.servers.postgres.kill();
      // The outage itself is what is tested: its length is in the promise.
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      await gateway.servers.postgres.restart();
    });
  }, 240_000);

  it('drains a running stream on SIGTERM and exits 0', async () => {
    lab.script('chaos', [{ tokens: 100, chunkDelayMs: 20 }]);
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${MASTER_KEY}` },
      body: JSON.stringify({ model: 'chaos', stream: true, messages: [{ role: 'user', content: 'slowly' }] }),
    });
    const { ingress, router, worker, billing } = gateway.processes;
    const text = response.text();
    await Promise.all([ingress, router, worker].map((process) => process.kill('SIGTERM')));
    expect(await text).toContain('[DONE]');
    expect([ingress, router, worker].map((process) => process.exitCode)).toEqual([0, 0, 0]);
    await Promise.all([ingress, router, worker].map((process) => process.start()));
    await billing.ready();
  }, 120_000);
});

import { canaryReport, deploymentReport, hedgeReport } from '@tollgate/contracts';
import { startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeAll(async () => {
  ingress = await startIngress();
});
afterAll(() => ingress.close());

const json = async (path: string): Promise<unknown> => (await ingress.get(path)).json();

it('GET /router/canary compares both arms, in dollars and milliseconds', async () => {
  const arm = { calls: 4, errors: 1, p50LatencyMs: 100, p95LatencyMs: 300, costNanos: 2_000_000_000 };
  const empty = { calls: 0, errors: 0, p50LatencyMs: null, p95LatencyMs: null, costNanos: 0 };
  ingress.bus.reply(canaryReport, () => ({
    canaries: [
      {
        model: 'chat',
        to: 'new',
        percent: 5,
        stickyBy: 'user',
        rolledBack: { at: 0, reason: 'error rate 0.25 above 0.1' },
        canary: arm,
        baseline: empty,
      },
    ],
  }));
  expect(await json('/router/canary')).toEqual({
    canaries: [
      {
        model: 'chat',
        to: 'new',
        percent: 5,
        sticky_by: 'user',
        rolled_back: { at: '1970-01-01T00:00:00.000Z', reason: 'error rate 0.25 above 0.1' },
        canary: {
          calls: 4,
          errors: 1,
          error_rate: 0.25,
          p50_latency_ms: 100,
          p95_latency_ms: 300,
          cost: 2,
          cost_per_call: 0.5,
        },
        baseline: {
          calls: 0,
          errors: 0,
          error_rate: null,
          p50_latency_ms: null,
          p95_latency_ms: null,
          cost: 0,
          cost_per_call: null,
        },
      },
    ],
  });
});

it('GET /router/hedging tells what was won and what it cost', async () => {
  ingress.bus.reply(hedgeReport, () => ({
    models: [
      {
        model: 'chat',
        calls: 100,
        hedged: 5,
        won: 3,
        savedMs: 4_500,
        costNanos: 1_000_000_000,
        extraCostNanos: 50_000_000,
        delayMs: 800,
      },
    ],
  }));
  expect(await json('/router/hedging')).toEqual({
    models: [
      {
        model: 'chat',
        calls: 100,
        hedged: 5,
        hedged_share: 0.05,
        won: 3,
        saved_ms: 4_500,
        cost: 1,
        extra_cost: 0.05,
        extra_cost_share: 0.05,
        delay_ms: 800,
      },
    ],
  });
});

it('GET /router/deployments tells the health of each', async () => {
  ingress.bus.reply(deploymentReport, () => ({
    deployments: [
      {
        deploymentId: 'az-eu',
        group: 'chat',
        circuit: 'open' as const,
        until: 1_000,
        inFlight: 2,
        requestsThisMinute: 10,
        tokensThisMinute: 1_000,
        latencyMs: 250,
        errorRate: 0.5,
      },
    ],
  }));
  expect(await json('/router/deployments')).toEqual({
    deployments: [
      {
        deployment_id: 'az-eu',
        model: 'chat',
        circuit: 'open' as const,
        open_until: '1970-01-01T00:00:01.000Z',
        in_flight: 2,
        requests_this_minute: 10,
        tokens_this_minute: 1_000,
        latency_ms: 250,
        error_rate: 0.5,
      },
    ],
  });
});

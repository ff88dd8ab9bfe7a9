import {
  GENERAL_DEFAULTS,
  LiveConfig,
  ROUTER_DEFAULTS,
  ROUTING_STRATEGIES,
  type GatewayConfig,
  type RouterSettings,
  type RoutingStrategy,
} from '@tollgate/config';
import type { AttemptHeader } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { assembleRouter } from '@tollgate/router';
import { MemoryState } from '@tollgate/state';
import { VirtualTime, seeded } from '@tollgate/testing';
import { fleetOf, scripted } from './fleet.js';
import { failing, steady } from './provider-models.js';
import { START, simulate, table, type Figures, type Route, type Scenario } from './simulate.js';

beforeAll(() => setLogLevel('silent'));

const configOf = ({ fleet }: Scenario, router: Partial<RouterSettings>): GatewayConfig => ({
  deployments: fleet.map(({ deployment }) => deployment),
  aliases: new Map(),
  guardrails: new Map(),
  mcpServers: new Map(),
  router: { ...ROUTER_DEFAULTS, ...router },
  general: GENERAL_DEFAULTS,
});

/** The real router, all of it, over virtual time. */
function run(
  strategy: RoutingStrategy,
  scenario: Scenario,
  router: Partial<RouterSettings> = {},
): Promise<Figures> {
  const random = seeded(42);
  const time = new VirtualTime(START);
  const bus = {
    isConnected: () => true,
    publish: () => undefined,
    record: () => Promise.resolve(),
    request: () => Promise.reject(new Error('no billing in a simulation')),
  };
  const { router: own } = assembleRouter({
    config: new LiveConfig(configOf(scenario, { routingStrategy: strategy, ...router })),
    state: new MemoryState({ now: time.now }),
    bus,
    replica: 'simulated',
    tools: { now: time.now, random, sleep: time.sleep },
  });
  const signal = new AbortController().signal;
  const route: Route = (header, forward) =>
    own.route(header, {
      signal,
      aborts: signal,
      forward: (_contract, _target, sent, options) => forward(sent as AttemptHeader, options?.signal),
    });
  return simulate(strategy, scenario, { random, time, route });
}

describe('the simulated fleet', () => {
  it('of hundreds of deployments, many of them bad, serves under every strategy', async () => {
    const { fleet, groups } = fleetOf(105, seeded(7));
    expect(fleet.length).toBeGreaterThan(300);
    const scenario = { fleet, groups, calls: 20_000, callsPerSecond: 250 };
    const rows: Figures[] = [];
    // The behaviours remember: each strategy gets a fleet of its own.
    for (const strategy of ROUTING_STRATEGIES)
      rows.push(await run(strategy, { ...scenario, fleet: fleetOf(105, seeded(7)).fleet }));
    process.stdout.write(`\n${fleet.length} deployments, ${scenario.calls} calls\n\n${table(rows)}\n\n`);
    const of = (name: RoutingStrategy): Figures => rows.find(({ strategy }) => strategy === name)!;
    for (const { succeeded, calls } of rows) expect(succeeded / calls).toBeGreaterThan(0.999);
    expect(of('cost-based-routing').costNanos).toBeLessThan(of('simple-shuffle').costNanos * 0.8);
    expect(of('latency-based-routing').p95).toBeLessThan(of('simple-shuffle').p95 * 0.8);
    expect(of('adaptive').p95).toBeLessThan(of('simple-shuffle').p95 * 0.8);
  }, 240_000);

  it.each(ROUTING_STRATEGIES)(
    'with one of three failing half its calls, clients of %s see 99.9%% success at under 1.2 upstream calls a call',
    async (strategy) => {
      const fleet = [
        scripted('chat', 'good', steady(500)),
        scripted('chat', 'fine', steady(600)),
        scripted('chat', 'sick', failing(0.5, 500)),
      ];
      const { calls, succeeded, attempts } = await run(strategy, {
        fleet,
        groups: ['chat'],
        calls: 5_000,
        callsPerSecond: 20,
      });
      expect(succeeded / calls).toBeGreaterThanOrEqual(0.999);
      expect(attempts / calls).toBeLessThan(1.2);
    },
    120_000,
  );
});

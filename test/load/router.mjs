// What the router by itself adds to a call: 1,000 groups of 100 deployments, every attempt answered at once.
import { performance } from 'node:perf_hooks';
import { GENERAL_DEFAULTS, LiveConfig, ROUTER_DEFAULTS, bareDeployment } from '@tollgate/config';
import { NO_USAGE } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { assembleRouter } from '@tollgate/router';
import { MemoryState } from '@tollgate/state';

/** The cheapest of the strategies, one that looks at every deployment, and Tollgate's own. */
const STRATEGIES = ['simple-shuffle', 'latency-based-routing', 'adaptive'];
const GROUPS = 1_000;
const DEPLOYMENTS = 100;
const CALLS = 6_000;
const WARM_UP = 2_000;

const deployments = Array.from({ length: GROUPS * DEPLOYMENTS }, (_, index) => {
  const group = `group-${Math.floor(index / DEPLOYMENTS)}`;
  const bare = bareDeployment({ id: `d${index}`, group, provider: 'openai', model: 'gpt-4o-mini' });
  return { ...bare, weight: 1 + (index % 9) };
});

const IDLE = new AbortController().signal;

const outcome = {
  ...{ delivered: true, error: null, latencyMs: 500, firstTokenMs: null, costNanos: 1_000 },
  usage: { ...NO_USAGE, input: 100, output: 50 },
};

const headerOf = (number) => ({
  id: `call-${number}`,
  dialect: 'openai-chat',
  model: `group-${(number * 7919) % GROUPS}`,
  ...{ stream: false, includeUsage: false, endUser: null, tags: [], needs: [], headers: {} },
  principal: { keyHash: 'key', keyAlias: null, userId: null, teamId: null, isAdmin: false, models: [] },
  ...{ inputTokens: 100, bodyBytes: 400, startedAt: Date.now(), deadline: Date.now() + 60_000 },
});

function routerOf(routingStrategy) {
  const router = { ...ROUTER_DEFAULTS, routingStrategy };
  const bus = {
    isConnected: () => true,
    publish: () => undefined,
    record: () => Promise.resolve(),
    request: () => Promise.reject(new Error('there is no billing here')),
  };
  return assembleRouter({
    config: new LiveConfig({ deployments, aliases: new Map(), router, general: GENERAL_DEFAULTS }),
    state: new MemoryState(),
    bus,
    replica: 'bench',
  }).router;
}

/** Milliseconds that a call spends in the router, by strategy: median and p99. */
export async function measureRouter() {
  // Logging belongs to calls, but not to the terminal.
  setLogLevel('silent');
  const context = { signal: IDLE, aborts: IDLE, forward: () => Promise.resolve(outcome) };
  const rows = [];
  for (const strategy of STRATEGIES) {
    const router = routerOf(strategy);
    const times = [];
    for (let number = 0; number < WARM_UP + CALLS; number++) {
      const header = headerOf(number);
      const startedAt = performance.now();
      await router.route(header, context);
      if (number >= WARM_UP) times.push(performance.now() - startedAt);
    }
    times.sort((left, right) => left - right);
    rows.push({ strategy, p50: times[Math.floor(CALLS * 0.5)], p99: times[Math.floor(CALLS * 0.99)] });
  }
  return rows;
}

import type { Deployment, RoutingStrategy } from '@tollgate/config';
import { GatewayError, type AttemptHeader, type CallHeader, type Outcome } from '@tollgate/contracts';
import { outcomeOf, type Behaviour, type Random } from './provider-models.js';
import type { VirtualTime } from '@tollgate/testing';

/** A deployment of the simulation and what its provider is like. */
export interface Scripted {
  readonly deployment: Deployment;
  readonly behaviour: Behaviour;
  /** Of one call. */
  readonly costNanos: number;
}

export interface Scenario {
  readonly fleet: readonly Scripted[];
  readonly groups: readonly string[];
  readonly calls: number;
  readonly callsPerSecond: number;
}

/** What a run came to. Latencies in ms, of calls that succeeded, retries and waits included. */
export interface Figures {
  readonly strategy: string;
  readonly calls: number;
  readonly succeeded: number;
  readonly attempts: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly costNanos: number;
}

/** Routes one call; what `simulate` is given by whoever builds the router. */
export type Route = (
  header: CallHeader,
  forward: (header: AttemptHeader, signal?: AbortSignal) => Promise<Outcome>,
) => Promise<Outcome>;

export const START = 1_800_000_000_000;
const DEADLINE_MS = 60_000;

/** Runs a scenario through a router in virtual time. The same seed gives the same figures. */
export async function simulate(
  strategy: RoutingStrategy,
  { fleet, groups, calls, callsPerSecond }: Scenario,
  { random, time, route }: { random: Random; time: VirtualTime; route: Route },
): Promise<Figures> {
  const byId = new Map(fleet.map((scripted) => [scripted.deployment.id, scripted]));
  const latencies: number[] = [];
  let attempts = 0;
  let costNanos = 0;
  const forward = async (header: AttemptHeader, signal?: AbortSignal): Promise<Outcome> => {
    const scripted = byId.get(header.deploymentId);
    if (scripted === undefined) throw new Error(`no deployment ${header.deploymentId}`);
    attempts += 1;
    const reply = scripted.behaviour(time.now(), random);
    const wasCancelled = await time.sleep(reply.milliseconds, signal).then(
      () => false,
      () => true,
    );
    const outcome = outcomeOf(reply, header, scripted.costNanos);
    costNanos += outcome.costNanos ?? 0;
    if (!wasCancelled) return outcome;
    const error = new GatewayError('cancelled', 'cancelled').toShape();
    return { ...outcome, delivered: false, error };
  };
  const call = async (number: number): Promise<void> => {
    const startedAt = time.now();
    const header = headerOf(number, groups[Math.floor(random() * groups.length)] ?? '', startedAt);
    const outcome = await route(header, forward).catch(() => undefined);
    if (outcome?.delivered === true && outcome.error === null) latencies.push(time.now() - startedAt);
  };
  let at = START;
  for (let number = 0; number < calls; number++) {
    at += (-Math.log(1 - random()) / callsPerSecond) * 1_000;
    time.at(at, () => void call(number));
  }
  await time.run();
  latencies.sort((left, right) => left - right);
  const quantile = (share: number): number =>
    latencies[Math.ceil(share * latencies.length) - 1] ?? Number.NaN;
  return {
    strategy,
    calls,
    succeeded: latencies.length,
    attempts,
    costNanos,
    ...{ p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
  };
}

const headerOf = (number: number, model: string, startedAt: number): CallHeader => ({
  id: `call-${number}`,
  dialect: 'openai-chat',
  model,
  stream: false,
  includeUsage: false,
  principal: {
    keyHash: `key-${number % 50}`,
    keyAlias: null,
    userId: null,
    teamId: null,
    organizationId: null,
    projectId: null,
    isAdmin: false,
    models: [],
  },
  endUser: null,
  tags: [],
  inputTokens: 300,
  bodyBytes: 1_200,
  needs: [],
  startedAt,
  deadline: startedAt + DEADLINE_MS,
  headers: {},
});

/** The table that people look at. */
export function table(rows: readonly Figures[]): string {
  const lines = rows.map((row) => [
    row.strategy,
    `${((100 * row.succeeded) / row.calls).toFixed(3)}%`,
    ...[row.p50, row.p95, row.p99].map((value) => value.toFixed(0)),
    `$${(row.costNanos / row.calls / 1e6).toFixed(3)}`,
    (row.attempts / row.calls).toFixed(3),
  ]);
  const head = [
    'strategy',
    'success',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    '$ / 1,000 calls',
    'upstream calls / call',
  ];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const show = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [head, ...lines].map(show).join('\n');
}

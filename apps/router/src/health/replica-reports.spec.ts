import type { Bus } from '@tollgate/bus';
import { routerReported, type ProviderLimits, type RouterReport } from '@tollgate/contracts';
import { START, delivered, deployment, failure, toGroup } from '../_fixtures.js';
import { CLOSED } from '../routing-view.js';
import { createRoutingView } from './create-routing-view.js';
import { DeploymentStatsBook } from './deployment-stats-book.js';
import { ProviderLimitBook } from './provider-limit-book.js';
import { ReplicaReports, type ReportSource } from './replica-reports.js';

/** Brings every report to every replica, as it would look after a way over the wire. */
class FakeBus implements Pick<Bus, 'publish' | 'isConnected'> {
  readonly published: RouterReport[] = [];
  readonly hearers: ReplicaReports[] = [];
  isUp = true;
  loses = false;

  publish(_contract: unknown, event: unknown): void {
    const report = routerReported.input.parse(JSON.parse(JSON.stringify(event)));
    this.published.push(report);
    if (!this.loses) for (const hearer of this.hearers) hearer.hear(report);
  }

  isConnected(): boolean {
    return this.isUp;
  }
}

class FakeSource implements ReportSource {
  news: RouterReport['hedges'] = [];
  readonly heard: string[] = [];

  take(): ReturnType<ReportSource['take']> {
    const hedges = this.news;
    this.news = [];
    return { canaries: [], hedges };
  }

  apply({ replica, hedges }: RouterReport): void {
    this.heard.push(...hedges.map(({ model }) => `${replica} ${model}`));
  }
}

const hedge = { model: 'chat', calls: 1, hedged: 0, won: 0, savedMs: 0, costNanos: 5, extraCostNanos: 0 };

describe('ReplicaReports of three replicas', () => {
  let clock: number;
  let bus: FakeBus;
  let replicas: ReturnType<typeof open>[];

  const open = (replica: string) => {
    const now = (): number => clock;
    const [stats, limits, source] = [
      new DeploymentStatsBook({ now }),
      new ProviderLimitBook(now),
      new FakeSource(),
    ];
    const reports = new ReplicaReports({ bus, replica, stats, limits, source, now });
    bus.hearers.push(reports);
    return { reports, stats, limits, source };
  };
  const tick = (milliseconds = 250): void => {
    clock += milliseconds;
    for (const { reports } of replicas) reports.tick();
  };
  const inFlight = (): number[] => replicas.map(({ stats }) => stats.stats('d1').inFlight);

  beforeEach(() => {
    clock = START - (START % 60_000);
    bus = new FakeBus();
    replicas = ['a', 'b', 'c'].map(open);
  });

  it('let all see the calls of all', () => {
    replicas[0]!.stats.started('d1', 10);
    replicas[1]!.stats.started('d1', 20);
    replicas[1]!.stats.started('d1', 30);
    expect(inFlight()).toEqual([1, 2, 0]);
    tick();
    expect(inFlight()).toEqual([3, 3, 3]);
    replicas[1]!.stats.ended('d1', { outcome: { ...delivered, latencyMs: 70 }, isFault: false, tokens: 20 });
    replicas[0]!.stats.ended('d1', { outcome: failure('upstream_error'), isFault: true, tokens: 10 });
    tick();
    expect(inFlight()).toEqual([1, 1, 1]);
    for (const { stats } of replicas) {
      expect(stats.stats('d1')).toMatchObject({
        requestsThisMinute: 3,
        tokensThisMinute: 60,
        latencyMs: 70,
        samples: [{ latencyMs: 70, firstTokenMs: null, outputTokens: 0 }],
      });
      expect(stats.stats('d1').errorRate).toBeGreaterThan(0);
    }
  });

  it('are silent while there is nothing to tell', () => {
    for (let n = 0; n < 20; n++) tick();
    expect(bus.published).toEqual([]);
    replicas[0]!.stats.started('d1', 0);
    replicas[0]!.stats.ended('d1', { outcome: delivered, isFault: false, tokens: 0 });
    for (let n = 0; n < 20; n++) tick();
    expect(bus.published).toHaveLength(1);
  });

  it('remind of long calls, so that nobody forgets them', () => {
    replicas[0]!.stats.started('d1', 0);
    for (let n = 0; n < 60; n++) tick();
    expect(inFlight()).toEqual([1, 1, 1]);
    expect(bus.published.length).toBeLessThan(20);
  });

  it('lose the calls of a replica that fell silent', () => {
    replicas[0]!.stats.started('d1', 0);
    replicas[1]!.stats.started('d1', 0);
    tick();
    expect(inFlight()).toEqual([2, 2, 2]);
    replicas = replicas.slice(1);
    for (let n = 0; n < 11; n++) tick();
    expect(inFlight()).toEqual([2, 2]);
    for (let n = 0; n < 5; n++) tick();
    expect(inFlight()).toEqual([1, 1]);
  });

  it('make good for a message that was lost', () => {
    replicas[0]!.stats.started('d1', 0);
    tick();
    bus.loses = true;
    replicas[0]!.stats.ended('d1', { outcome: delivered, isFault: false, tokens: 0 });
    tick();
    bus.loses = false;
    expect(inFlight()).toEqual([0, 1, 1]);
    for (let n = 0; n < 16; n++) tick();
    expect(inFlight()).toEqual([0, 0, 0]);
  });

  it('keep the news while the bus is away', () => {
    bus.isUp = false;
    for (let n = 0; n < 5; n++) {
      replicas[0]!.stats.started('d1', 1);
      tick();
    }
    expect(bus.published).toEqual([]);
    bus.isUp = true;
    tick();
    expect(replicas[2]!.stats.stats('d1')).toMatchObject({ inFlight: 5, requestsThisMinute: 5 });
  });

  it('share what providers said of their limits, and count them down together', () => {
    const limits: ProviderLimits = { requests: { limit: null, remaining: 3, resetMs: 20_000 } };
    replicas[0]!.limits.learned('d1', limits);
    tick();
    for (const replica of replicas.slice(1)) {
      replica.limits.started('d1', 0);
      replica.stats.started('d1', 0);
    }
    tick();
    for (const replica of replicas) expect(replica.limits.limitedUntil('d1', 0)).toBeNull();
    replicas[0]!.limits.started('d1', 0);
    replicas[0]!.stats.started('d1', 0);
    tick();
    for (const replica of replicas) expect(replica.limits.limitedUntil('d1', 0)).not.toBeNull();
  });

  it('carry the news of other registries', () => {
    replicas[0]!.source.news = [hedge];
    tick();
    expect(replicas.map(({ source }) => source.heard)).toEqual([[], ['a chat'], ['a chat']]);
    tick();
    expect(bus.published).toHaveLength(1);
  });

  it('come in pieces when there is much to tell', () => {
    for (let n = 0; n < 600; n++) replicas[0]!.stats.started(`d${n}`, 0);
    replicas[0]!.source.news = [hedge];
    tick();
    expect(bus.published.map(({ deployments }) => deployments.length)).toEqual([250, 250, 100]);
    expect(bus.published.map(({ hedges }) => hedges.length)).toEqual([1, 0, 0]);
    expect(replicas[2]!.stats.stats('d599').inFlight).toBe(1);
  });

  it('tick by themselves from start to shutdown', async () => {
    const { reports, stats } = replicas[0]!;
    stats.started('d1', 0);
    reports.onModuleInit();
    while (bus.published.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    reports.onApplicationShutdown();
  });

  it('show in the view of strategies and filters', () => {
    const [{ stats, limits }] = replicas as [(typeof replicas)[0]];
    const [candidate] = toGroup('chat', [deployment('d1')], true).candidates;
    const sources = { health: { allClosed: true, circuit: () => CLOSED }, stats, limits, now: () => clock };
    const view = createRoutingView(sources);
    stats.started('d1', 5);
    limits.learned('d1', { tokens: { limit: null, remaining: 10, resetMs: 1_000 } });
    expect(view.now).toBe(clock);
    expect(view.circuit('d1')).toBe(CLOSED);
    expect(view.stats('d1').inFlight).toBe(1);
    expect(view.limitedUntil('d1', 11)).toBe(clock + 1_000);
    expect(view.exhaustedBudget(candidate!, [])).toBeNull();
    const poor = createRoutingView({ ...sources, exhaustedBudget: () => 'Exceeded budget' });
    expect(poor.exhaustedBudget(candidate!, [])).toBe('Exceeded budget');
  });
});

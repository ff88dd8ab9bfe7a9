import type { Deployment } from '@tollgate/config';
import { seeded } from '@tollgate/testing';
import type { Candidate } from '../group.js';
import { DeploymentStatsBook } from '../health/deployment-stats-book.js';
import { START, delivered, deployment, header, toGroup } from '../_fixtures.js';
import { FakeView } from '../_view.js';
import { adaptive } from './adaptive.js';

const ARGS = { ttlMs: 3_600_000, lowestLatencyBuffer: 0 };

const candidatesOf = (count: number, patch: (index: number) => Partial<Deployment> = () => ({})) =>
  toGroup(
    'chat',
    Array.from({ length: count }, (_, index) => deployment(`d${index}`, patch(index))),
    false,
  ).candidates;

function sharesOf(candidates: readonly Candidate[], view: FakeView, draws = 20_000): number[] {
  const context = { call: header(), view, random: seeded(11), args: ARGS };
  const counts = candidates.map(() => 0);
  for (let draw = 0; draw < draws; draw += 1)
    counts[candidates.indexOf(adaptive(candidates, context)!)]! += 1;
  return counts.map((count) => count / draws);
}

const viewOf = (known: FakeView['known']): FakeView => Object.assign(new FakeView(), { known });

describe('adaptive', () => {
  it.each([2, 3, 100])(
    'takes nearly all calls off one of %i that fails half of them, and keeps a trickle',
    (count) => {
      const [share] = sharesOf(candidatesOf(count), viewOf({ d0: { errorRate: 0.5, latencyMs: 10 } }));
      expect(share).toBeLessThan(0.05 / (count - 1));
      expect(share).toBeGreaterThan(0);
    },
  );

  it('does so while the healthy are busy and the sick idles, and answers faster', () => {
    const healthy = { latencyMs: 1_000, inFlight: 20 };
    const view = viewOf({ d0: { errorRate: 0.5, latencyMs: 400 }, d1: healthy, d2: healthy });
    expect(sharesOf(candidatesOf(3), view)[0]).toBeLessThan(0.02);
  });

  it('finds the healthy when most are sick', () => {
    const known = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`d${index}`, { errorRate: 0.9, latencyMs: 1 }]),
    );
    const shares = sharesOf(candidatesOf(12), viewOf(known));
    const sick = shares.slice(0, 8).reduce((sum, share) => sum + share, 0);
    expect(sick).toBeLessThan(0.15);
  });

  it('prefers the faster by far and is even among those nearly as fast', () => {
    const view = viewOf({ d0: { latencyMs: 100 }, d1: { latencyMs: 110 }, d2: { latencyMs: 1_000 } });
    const [first = 0, second = 0, slow = 0] = sharesOf(candidatesOf(3), view);
    expect(Math.abs(first - second)).toBeLessThan(0.02);
    expect(slow).toBeLessThan(0.02);
  });

  it('gives an unseen one its share, neither everything nor nothing', () => {
    const view = viewOf({ d0: { latencyMs: 100 }, d1: { latencyMs: 100 } });
    const [, , unseen = 0] = sharesOf(candidatesOf(3), view);
    expect(Math.abs(unseen - 1 / 3)).toBeLessThan(0.02);
  });

  it('keeps to the weights while all are well', () => {
    const weights = [9, 1];
    const candidates = candidatesOf(2, (index) => ({ weight: weights[index]! }));
    const [heavy = 0] = sharesOf(candidates, viewOf({ d0: { latencyMs: 110 }, d1: { latencyMs: 100 } }));
    expect(Math.abs(heavy - 0.9)).toBeLessThan(0.01);
  });

  it('takes calls off the heaviest too when it is sick, and gives none to a weight of 0', () => {
    const weights = [98, 2, 0];
    const candidates = candidatesOf(3, (index) => ({ weight: weights[index]! }));
    const [heavy = 0, , none = 0] = sharesOf(candidates, viewOf({ d0: { errorRate: 0.5 } }));
    expect(heavy).toBeLessThan(0.05);
    expect(none).toBe(0);
  });

  it('leaves the only one with a weight alone, however sick', () => {
    const weights = [1, 0];
    const candidates = candidatesOf(2, (index) => ({ weight: weights[index]! }));
    expect(sharesOf(candidates, viewOf({ d0: { errorRate: 0.9 } }), 1_000)).toEqual([1, 0]);
  });

  it('shares calls under way in proportion, by weight', () => {
    const weights = [3, 1];
    const candidates = candidatesOf(2, (index) => ({ weight: weights[index]! }));
    const view = new FakeView();
    const random = seeded(5);
    const under = [0, 0];
    const queue: number[] = [];
    for (let call = 0; call < 4_000; call += 1) {
      under.forEach((inFlight, index) => (view.known[`d${index}`] = { inFlight, latencyMs: 100 }));
      const picked = candidates.indexOf(adaptive(candidates, { call: header(), view, random, args: ARGS })!);
      under[picked]! += 1;
      queue.push(picked);
      // Forty calls are under way at any time.
      if (queue.length > 40) under[queue.shift()!]! -= 1;
    }
    expect(Math.abs(under[0]! / 40 - 0.75)).toBeLessThan(0.13);
  });
});

describe('adaptive, with what the router learns', () => {
  /** Ten calls a second to three deployments, of which the first fails so often; its share of the calls, by ten seconds. */
  function course(failureRates: readonly number[]): number[] {
    let now = START;
    const book = new DeploymentStatsBook({ now: () => now });
    const view = Object.assign(new FakeView(), { stats: (id: string) => book.stats(id) });
    const candidates = candidatesOf(3);
    const random = seeded(2);
    return failureRates.map((failureRate) => {
      let calls = 0;
      for (let call = 0; call < 100; call += 1, now += 100) {
        const candidate = adaptive(candidates, { call: header(), view, random, args: ARGS })!;
        const isSick = candidate === candidates[0];
        if (isSick) calls += 1;
        const { id } = candidate.deployment;
        book.started(id, 1);
        const isFault = isSick && random() < failureRate;
        const outcome = { ...delivered, delivered: !isFault, latencyMs: isFault ? 1 : 100 };
        book.ended(id, { outcome, isFault, tokens: 1 });
      }
      return calls / 100;
    });
  }

  it('leaves a deployment that fails half its calls within seconds, and comes back when it is well', () => {
    const [well, ill, stillIll, ...recovering] = course([0, 0.5, 0.5, 0, 0, 0, 0, 0, 0]);
    expect(well).toBeGreaterThan(0.25);
    expect(ill).toBeLessThan(0.15);
    expect(stillIll).toBeLessThan(0.05);
    expect(recovering.at(-1)).toBeGreaterThan(0.25);
  });
});

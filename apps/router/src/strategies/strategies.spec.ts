import {
  ROUTING_STRATEGIES,
  type Deployment,
  type RoutingStrategy,
  type StrategyArguments,
} from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { seeded } from '@tollgate/testing';
import type { Candidate } from '../group.js';
import type { LatencySample } from '../routing-view.js';
import { START, deployment, header, toGroup } from '../_fixtures.js';
import { FakeView } from '../_view.js';
import { STRATEGIES } from './choose.js';

const ARGS: StrategyArguments = { ttlMs: 3_600_000, lowestLatencyBuffer: 0 };

const candidatesOf = (...patches: Partial<Deployment>[]): readonly Candidate[] =>
  toGroup(
    'chat',
    patches.map((patch, index) => deployment(`d${index}`, patch)),
    false,
  ).candidates;

interface Draws {
  readonly call?: Partial<CallHeader>;
  readonly args?: Partial<StrategyArguments>;
  readonly view?: FakeView;
  readonly draws?: number;
  readonly seed?: number;
}

/** The share that each candidate gets. */
function sharesOf(
  strategy: RoutingStrategy,
  candidates: readonly Candidate[],
  { call = {}, args = {}, view = new FakeView(), draws = 20_000, seed = 7 }: Draws = {},
): number[] {
  const context = { call: header(call), view, random: seeded(seed), args: { ...ARGS, ...args } };
  const counts = new Map(candidates.map((candidate) => [candidate, 0]));
  for (let draw = 0; draw < draws; draw += 1) {
    const candidate = STRATEGIES[strategy](candidates, context)!;
    counts.set(candidate, counts.get(candidate)! + 1);
  }
  return [...counts.values()].map((count) => count / draws);
}

/** A right strategy misses by more once in thousands of seeds, and the seeds are fixed. */
function expectShares(shares: readonly number[], expected: readonly number[], tolerance = 0.01): void {
  shares.forEach((share, index) => {
    const want = expected[index]!;
    expect(Math.abs(share - want)).toBeLessThan(want === 0 ? 1e-9 : tolerance);
  });
}

const sample = (latencyMs: number, rest: Partial<LatencySample> = {}): LatencySample => ({
  at: START,
  latencyMs,
  firstTokenMs: null,
  outputTokens: 1,
  ...rest,
});

describe.each(ROUTING_STRATEGIES)('%s', (strategy) => {
  it('picks nothing of nothing and the only one of one', () => {
    const context = { call: header(), view: new FakeView(), random: seeded(1), args: ARGS };
    const [only] = candidatesOf({});
    expect(STRATEGIES[strategy]([], context)).toBeUndefined();
    expect(STRATEGIES[strategy]([only!], context)).toBe(only);
  });

  it('is even among equals', () => {
    expectShares(sharesOf(strategy, candidatesOf({}, {}, {}, {})), [0.25, 0.25, 0.25, 0.25], 0.015);
  });
});

describe('simple-shuffle', () => {
  it.each<[string, Partial<Deployment>[], number[]]>([
    ['weight: 9 to 1', [{ weight: 9 }, { weight: 1 }], [0.9, 0.1]],
    [
      'weight before rpm',
      [
        { weight: 95, rpm: 1 },
        { weight: 5, rpm: 99 },
      ],
      [0.95, 0.05],
    ],
    ['weight even if only one has it', [{ weight: 1, rpm: 5 }, { rpm: 5 }], [1, 0]],
    ['rpm without a weight', [{ rpm: 30, tpm: 1 }, { rpm: 10, tpm: 9 }, {}], [0.75, 0.25, 0]],
    ['tpm without an rpm', [{ tpm: 1 }, { tpm: 3 }], [0.25, 0.75]],
    ['chance when every weight is 0', [{ weight: 0 }, { weight: 0 }], [0.5, 0.5]],
  ])('goes by %s', (_what, patches, expected) => {
    expectShares(sharesOf('simple-shuffle', candidatesOf(...patches)), expected);
  });

  it('never falls off the end', () => {
    const candidates = candidatesOf({ weight: 0.1 }, { weight: 0.2 }, { weight: 0 });
    const random = () => 1 - Number.EPSILON / 2;
    const context = { call: header(), view: new FakeView(), random, args: ARGS };
    expect(STRATEGIES['simple-shuffle'](candidates, context)?.deployment.id).toBe('d1');
  });
});

describe('least-busy', () => {
  it('takes the fewest calls under way', () => {
    const view = new FakeView();
    Object.assign(view.known, { d0: { inFlight: 2 }, d1: { inFlight: 1 }, d2: { inFlight: 1 } });
    expectShares(sharesOf('least-busy', candidatesOf({}, {}, {}), { view }), [0, 0.5, 0.5]);
  });

  it('evens out calls of any length', () => {
    const candidates = candidatesOf({}, {}, {});
    const view = new FakeView();
    const random = seeded(3);
    const under = [7, 0, 2];
    for (let call = 0; call < 300; call += 1) {
      under.forEach((inFlight, index) => (view.known[`d${index}`] = { inFlight }));
      const picked = STRATEGIES['least-busy'](candidates, { call: header(), view, random, args: ARGS })!;
      under[candidates.indexOf(picked)]! += 1;
    }
    expect(under).toEqual([103, 103, 103]);
  });
});

describe('latency-based-routing', () => {
  const viewOf = (...samples: LatencySample[][]): FakeView => {
    const view = new FakeView();
    samples.forEach((list, index) => (view.known[`d${index}`] = { samples: list }));
    return view;
  };
  const stream = { stream: true };

  it.each<[string, FakeView, Draws, number[]]>([
    ['the lowest average', viewOf([sample(100), sample(300)], [sample(190)]), {}, [0, 1]],
    [
      'latency for a token of the answer',
      viewOf([sample(900, { outputTokens: 100 })], [sample(50)]),
      {},
      [1, 0],
    ],
    [
      'time to the first token for streams',
      viewOf([sample(1, { firstTokenMs: 300 })], [sample(9_000, { firstTokenMs: 200 })]),
      { call: stream },
      [0, 1],
    ],
    [
      'equals within lowest_latency_buffer',
      viewOf([sample(100)], [sample(119)], [sample(121)]),
      { args: { lowestLatencyBuffer: 0.2 } },
      [0.5, 0.5, 0],
    ],
    [
      'nothing older than ttl',
      viewOf([sample(1, { at: START - 1_001 }), sample(100)], [sample(90)]),
      { args: { ttlMs: 1_000 } },
      [0, 1],
    ],
    ['the unseen first', viewOf([sample(1)], [], []), {}, [0, 0.5, 0.5]],
    [
      'the unseen kind of call first',
      viewOf([sample(1)], [sample(1, { firstTokenMs: 1 })]),
      { call: stream },
      [1, 0],
    ],
  ])('goes by %s', (_what, view, options, expected) => {
    const patches = expected.map(() => ({}));
    expectShares(sharesOf('latency-based-routing', candidatesOf(...patches), { ...options, view }), expected);
  });

  it('tries the unseen with one call at a time, and not at once when it has just failed', () => {
    const view = viewOf([sample(100)], [], []);
    Object.assign(view.known, { d1: { inFlight: 1 }, d2: { errorRate: 0.5 } });
    const candidates = candidatesOf({}, {}, {});
    expectShares(sharesOf('latency-based-routing', candidates, { view }), [1, 0, 0]);
    Object.assign(view.known, { d2: { errorRate: 0.09 } });
    expectShares(sharesOf('latency-based-routing', candidates, { view }), [0, 0, 1]);
  });
});

describe.each(['usage-based-routing', 'usage-based-routing-v2'] as const)('%s', (strategy) => {
  const view = new FakeView();
  Object.assign(view.known, { d0: { tokensThisMinute: 500 }, d1: { tokensThisMinute: 400 } });

  it('takes the fewest tokens of this minute', () => {
    expectShares(sharesOf(strategy, candidatesOf({}, {}), { view }), [0, 1]);
    expectShares(sharesOf(strategy, candidatesOf({ tpm: 10_000 }, {}), { view }), [0, 1]);
  });

  it('takes the lowest share of tpm where all have one', () => {
    expectShares(sharesOf(strategy, candidatesOf({ tpm: 10_000 }, { tpm: 1_000 }), { view }), [1, 0]);
  });
});

describe('cost-based-routing', () => {
  it.each<[string, Partial<Deployment>[], number[]]>([
    ['the catalogue', [{ model: 'gpt-4o' }, { model: 'gpt-4o-mini' }], [0, 1]],
    [
      'its own prices',
      [{ model: 'gpt-4o', prices: { input: 1, output: 1 } }, { model: 'gpt-4o-mini' }],
      [1, 0],
    ],
    [
      'input and output together',
      [{ prices: { input: 5, output: 1 } }, { prices: { input: 1, output: 4 } }],
      [0, 1],
    ],
    ['a dollar a token where nothing is known', [{}, { prices: { input: 9e8, output: 9e8 } }], [0, 1]],
    ['chance at one price', [{ model: 'gpt-4o' }, { model: 'gpt-4o' }, {}], [0.5, 0.5, 0]],
  ])('goes by %s', (_what, patches, expected) => {
    expectShares(sharesOf('cost-based-routing', candidatesOf(...patches)), expected);
  });
});

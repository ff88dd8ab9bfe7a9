import { ROUTER_DEFAULTS, type Deployment, type RouterSettings } from '@tollgate/config';
import type { Group } from './group.js';
import type { Candidate } from './candidate.js';
import { select, type Failures } from './selection.js';
import { deployment, header, toGroup } from './_fixtures.js';
import { FakeView, openFor } from './_view.js';

const group = toGroup(
  'chat',
  [
    deployment('a1', { order: 1 }),
    deployment('a2', { order: 1 }),
    deployment('b1', { order: 2 }),
    deployment('c1'),
  ],
  false,
);
const failures = (tried: string[], unfit: string[] = []): Failures => ({
  tried: new Set([...tried, ...unfit]),
  unfit: new Set(unfit),
});
const idsOf = (candidates: readonly Candidate[]): string[] =>
  candidates.map((candidate) => candidate.deployment.id);
const viewWithout = (ids: readonly string[]): FakeView => {
  const view = new FakeView();
  for (const id of ids) view.circuits[id] = openFor(1);
  return view;
};

describe('select', () => {
  it.each([
    ['the lowest order', [], undefined, ['a1', 'a2'], true],
    ['what does not cool', ['a1'], undefined, ['a2'], true],
    ['the next order when one cools whole', ['a1', 'a2'], undefined, ['b1'], true],
    ['the untried', [], failures(['a1']), ['a2'], true],
    ['the untried of a later order before the tried', [], failures(['a1', 'a2']), ['b1'], true],
    ['the tried of the lowest order at last', [], failures(['a1', 'a2', 'b1', 'c1']), ['a1', 'a2'], false],
    ['never the unfit', ['b1'], failures(['c1'], ['a1', 'a2']), ['c1'], false],
    ['nothing when all cool', ['a1', 'a2', 'b1', 'c1'], undefined, [], false],
    ['nothing when all are unfit', [], failures([], ['a1', 'a2', 'b1', 'c1']), [], false],
  ])('takes %s', (_what, out, failed, ids, isFresh) => {
    const options = { view: viewWithout(out), config: ROUTER_DEFAULTS, failures: failed };
    const selection = select(group, header(), options);
    expect(idsOf(selection.candidates)).toEqual(ids);
    expect(selection.isFresh).toBe(isFresh);
    // Whoever is not a candidate is accounted for, once.
    const others = idsOf(group.candidates).filter((id) => !ids.includes(id));
    expect(selection.dropped.map(({ deploymentId }) => deploymentId).sort()).toEqual(others);
  });

  it('says why the others were left out', () => {
    const view = viewWithout(['a1']);
    const { dropped } = select(group, header(), {
      view,
      config: ROUTER_DEFAULTS,
      failures: failures(['a2']),
      excluded: new Set(['b1']),
    });
    expect(dropped.map(({ deploymentId, reason }) => `${deploymentId}: ${reason}`)).toEqual([
      'a1: open until 2023-11-14T22:13:20.001Z',
      'b1: excluded',
      'a2: tried',
    ]);
    const undisturbed = select(group, header(), { view: new FakeView(), config: ROUTER_DEFAULTS });
    expect(undisturbed.dropped.map(({ deploymentId, reason }) => `${deploymentId}: ${reason}`)).toEqual([
      'b1: order 2, others have 1',
      'c1: no order, others have 1',
    ]);
  });

  it("gives the group's own tier while nothing is wrong", () => {
    const options = { view: new FakeView(), config: ROUTER_DEFAULTS };
    expect(select(group, header(), options).candidates).toBe(group.tiers[0]);
    expect(select(group, header(), options)).toBe(select(group, header({ id: 'other' }), options));
  });
});

describe('the cost of a selection', () => {
  const hundred = (patch: (index: number) => Partial<Deployment>): Group =>
    toGroup(
      'chat',
      Array.from({ length: 100 }, (_, index) => deployment(`d${index}`, patch(index))),
      false,
    );
  const everything: RouterSettings = {
    ...ROUTER_DEFAULTS,
    preCallChecks: true,
    enforceRateLimits: true,
    tagFiltering: 'any',
    providerBudgets: new Map([['openai', { limitNanos: 1, window: '1d' }]]),
  };
  const ninetyNine = Array.from({ length: 99 }, (_, index) => `d${index}`);
  const call = header({ needs: ['vision'], tags: ['paid'], regions: ['eu'], inputTokens: 100 });

  it.each([
    ['nothing to filter', hundred(() => ({})), header(), ROUTER_DEFAULTS, [], 100],
    [
      'every filter at work',
      hundred(() => ({ rpm: 10, tpm: 1e6, tags: ['paid'], region: 'eu-west-1', maxParallelRequests: 5 })),
      call,
      everything,
      [],
      100,
    ],
    [
      'half of them left out',
      hundred((index) => ({ tags: [index % 2 === 0 ? 'paid' : 'free'], region: 'eu-west-1' })),
      call,
      everything,
      [],
      50,
    ],
    ['all but one cooling', hundred(() => ({})), header(), ROUTER_DEFAULTS, ninetyNine, 1],
  ])('is microseconds with %s', (_what, large, asked, config, cooling, expected) => {
    const view = viewWithout(cooling);
    const once = (): number => {
      const started = process.hrtime.bigint();
      for (let round = 0; round < 100; round += 1) select(large, asked, { view, config });
      return Number(process.hrtime.bigint() - started) / 100_000;
    };
    expect(select(large, asked, { view, config }).candidates).toHaveLength(expected);
    // The best of many: the machine has other things to do. The limit is generous for that reason; it is a few µs alone.
    const microseconds = Math.min(...Array.from({ length: 30 }, once));
    expect(microseconds).toBeLessThan(50);
  });
});

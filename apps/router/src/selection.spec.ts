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
  const groupOf = (size: number, patch: (index: number) => Partial<Deployment>): Group =>
    toGroup(
      'chat',
      Array.from({ length: size }, (_, index) => deployment(`d${index}`, patch(index))),
      false,
    );
  const everything: RouterSettings = {
    ...ROUTER_DEFAULTS,
    preCallChecks: true,
    enforceRateLimits: true,
    tagFiltering: 'any',
    providerBudgets: new Map([['openai', { limitNanos: 1, window: '1d' }]]),
  };
  const call = header({ needs: ['vision'], tags: ['paid'], regions: ['eu'], inputTokens: 100 });
  const allButOne = (size: number): string[] => Array.from({ length: size - 1 }, (_, index) => `d${index}`);

  /** Counts what is asked of it. */
  function counting(view: FakeView): { readonly view: FakeView; readonly questions: () => number } {
    let questions = 0;
    const get = (target: FakeView, name: keyof FakeView): unknown => {
      const member = target[name];
      if (typeof member !== 'function') return member;
      questions += 1;
      return (member as (...parameters: unknown[]) => unknown).bind(target);
    };
    return { view: new Proxy(view, { get }), questions: () => questions };
  }

  it.each([
    ['nothing to filter', () => ({}), header(), ROUTER_DEFAULTS, () => [], (all: number) => all, 0],
    [
      'every filter at work',
      () => ({ rpm: 10, tpm: 1e6, tags: ['paid'], region: 'eu-west-1', maxParallelRequests: 5 }),
      call,
      everything,
      () => [],
      (all: number) => all,
      3,
    ],
    [
      'half of them left out',
      (index: number) => ({ tags: [index % 2 === 0 ? 'paid' : 'free'], region: 'eu-west-1' }),
      call,
      everything,
      () => [],
      (all: number) => all / 2,
      0.5,
    ],
    ['all but one cooling', () => ({}), header(), ROUTER_DEFAULTS, allButOne, () => 1, 1],
  ])('is so many questions a deployment with %s', (_what, patch, asked, config, cooling, left, each) => {
    const questionsOf = (size: number): number => {
      const { view, questions } = counting(viewWithout(cooling(size)));
      const { candidates } = select(groupOf(size, patch), asked, { view, config });
      expect(candidates).toHaveLength(left(size));
      return questions();
    };
    expect(questionsOf(100)).toBe(each * 100);
    expect(questionsOf(200)).toBe(each * 200);
  });
});

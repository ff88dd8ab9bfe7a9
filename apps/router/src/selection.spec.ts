import { toGroup } from './group.js';
import { dropped, pick, select, type Failures } from './selection.js';
import { deployment, seeded } from './_fixtures.js';

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
const out = (...ids: string[]): ReadonlyMap<string, number> => new Map(ids.map((id) => [id, 1]));
const failures = (tried: string[], unfit: string[] = []): Failures => ({
  tried: new Set([...tried, ...unfit]),
  unfit: new Set(unfit),
});

describe('select', () => {
  it.each([
    ['the lowest order', out(), undefined, ['a1', 'a2'], true],
    ['what does not cool', out('a1'), undefined, ['a2'], true],
    ['the next order when one cools whole', out('a1', 'a2'), undefined, ['b1'], true],
    ['the untried', out(), failures(['a1']), ['a2'], true],
    ['the untried of a later order before the tried', out(), failures(['a1', 'a2']), ['b1'], true],
    ['the tried of the lowest order at last', out(), failures(['a1', 'a2', 'b1', 'c1']), ['a1', 'a2'], false],
    ['never the unfit', out('b1'), failures(['c1'], ['a1', 'a2']), ['c1'], false],
    ['nothing when all cool', out('a1', 'a2', 'b1', 'c1'), undefined, [], false],
    ['nothing when all are unfit', out(), failures([], ['a1', 'a2', 'b1', 'c1']), [], false],
  ])('takes %s', (_what, cooling, failed, ids, isFresh) => {
    const selection = select(group, cooling, failed);
    expect(selection.candidates.map((candidate) => candidate.deployment.id)).toEqual(ids);
    expect(selection.isFresh).toBe(isFresh);
  });

  it('can say why the others were left out', () => {
    const [cooling, failed] = [out('a1'), failures(['a2'])];
    const selection = select(group, cooling, failed);
    expect(dropped(group, selection, { cooling, failures: failed })).toEqual([
      { deploymentId: 'a1', reason: 'cooling' },
      { deploymentId: 'a2', reason: 'tried' },
      { deploymentId: 'c1', reason: 'order' },
    ]);
  });
});

describe('pick', () => {
  const shares = (...patches: Parameters<typeof deployment>[1][]) =>
    toGroup(
      'chat',
      patches.map((patch, index) => deployment(`d${index}`, patch)),
      false,
    ).candidates;

  it.each([
    ['weight', shares({ weight: 95, rpm: 1 }, { weight: 5, rpm: 99 }), [0.95, 0.05]],
    ['weight even if only one has it', shares({ weight: 1, rpm: 5 }, { rpm: 5 }), [1, 0]],
    ['rpm without a weight', shares({ rpm: 30, tpm: 1 }, { rpm: 10, tpm: 9 }, {}), [0.75, 0.25, 0]],
    ['tpm without an rpm', shares({ tpm: 1 }, { tpm: 3 }), [0.25, 0.75]],
    ['chance without any', shares({}, {}, {}, {}), [0.25, 0.25, 0.25, 0.25]],
    ['chance when every weight is 0', shares({ weight: 0 }, { weight: 0 }), [0.5, 0.5]],
  ])('goes by %s', (_what, candidates, expected) => {
    const random = seeded(7);
    const draws = 40_000;
    const counts = new Map(candidates.map((candidate) => [candidate, 0]));
    for (let draw = 0; draw < draws; draw++) {
      const candidate = pick(candidates, random)!;
      counts.set(candidate, counts.get(candidate)! + 1);
    }
    // Four standard deviations of a fair coin: a right pick fails once in thousands of seeds, and this seed is fixed.
    const tolerance = 4 * Math.sqrt(0.25 / draws);
    [...counts.values()].forEach((count, index) => {
      expect(Math.abs(count / draws - expected[index]!)).toBeLessThan(
        expected[index] === 0 ? 1e-9 : tolerance,
      );
    });
  });

  it('picks nothing of nothing and never falls off the end', () => {
    expect(pick([], () => 0)).toBeUndefined();
    const candidates = shares({ weight: 0.1 }, { weight: 0.2 }, { weight: 0 });
    expect(pick(candidates, () => 1 - Number.EPSILON / 2)?.deployment.id).toBe('d1');
  });
});

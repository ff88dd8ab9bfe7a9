import { ROUTER_DEFAULTS, type Deployment } from '@tollgate/config';
import { seeded } from '@tollgate/testing';
import type { Candidate } from '../group.js';
import { deployment, header, toGroup } from '../_fixtures.js';
import { FakeView } from '../_view.js';
import { bindingOf, boundTo } from './affinity.js';
import { choose } from './choose.js';

const candidatesOf = (count: number, patch: (index: number) => Partial<Deployment> = () => ({})) =>
  toGroup(
    'chat',
    Array.from({ length: count }, (_, index) => deployment(`d${index}`, patch(index))),
    false,
  ).candidates;

const BINDINGS = Array.from({ length: 20_000 }, (_, index) => `session ${index}`);

function sharesOf(candidates: readonly Candidate[]): number[] {
  const counts = candidates.map(() => 0);
  for (const binding of BINDINGS) counts[candidates.indexOf(boundTo(candidates, binding)!)]! += 1;
  return counts.map((count) => count / BINDINGS.length);
}

describe('boundTo', () => {
  it('spreads bindings evenly', () => {
    for (const share of sharesOf(candidatesOf(10))) expect(Math.abs(share - 0.1)).toBeLessThan(0.01);
  });

  it('spreads bindings by weight', () => {
    const weights = [6, 3, 1, 0];
    const shares = sharesOf(candidatesOf(4, (index) => ({ weight: weights[index]! })));
    weights.forEach((weight, index) => {
      expect(Math.abs(shares[index]! - weight / 10)).toBeLessThan(weight === 0 ? 1e-9 : 0.01);
    });
  });

  it('moves only the bindings of a deployment that goes, and to all others alike', () => {
    const all = candidatesOf(5);
    const rest = all.filter((candidate) => candidate.deployment.id !== 'd2');
    const moved = new Map<Candidate, number>(rest.map((candidate) => [candidate, 0]));
    for (const binding of BINDINGS) {
      const [before, after] = [boundTo(all, binding)!, boundTo(rest, binding)!];
      if (before === after) continue;
      expect(before.deployment.id).toBe('d2');
      moved.set(after, moved.get(after)! + 1);
    }
    for (const count of moved.values()) expect(Math.abs(count / BINDINGS.length - 0.05)).toBeLessThan(0.01);
  });

  it('asks the same deployment whatever the order of the candidates, and in every process', () => {
    const all = candidatesOf(7);
    for (const binding of BINDINGS.slice(0, 200))
      expect(boundTo(all.toReversed(), binding)).toBe(boundTo(all, binding));
    expect(BINDINGS.slice(0, 8).map((binding) => boundTo(all, binding)!.deployment.id))
      .toMatchInlineSnapshot(`
     [
       "d4",
       "d2",
       "d1",
       "d6",
       "d2",
       "d2",
       "d6",
       "d6",
     ]
    `);
  });
});

describe('bindingOf', () => {
  const call = header({ sessionId: 's', promptPrefix: 'p' });
  const off = ROUTER_DEFAULTS.affinity;
  const all = { session: true, key: true, promptPrefix: true };

  it.each([
    ['the session first', call, all, 'session s'],
    ['the key without a session', header({ promptPrefix: 'p' }), all, 'key hash'],
    ['the prompt where keys do not bind', header({ promptPrefix: 'p' }), { ...all, key: false }, 'prefix p'],
    ['nothing without any of them', header(), { ...all, key: false }, undefined],
    ['nothing that is not asked for', call, off, undefined],
  ])('is %s', (_what, asked, affinity, expected) => {
    expect(bindingOf(asked, affinity)).toBe(expected);
  });
});

describe('choose', () => {
  const candidates = candidatesOf(5);
  const pick = (sessionId: string | undefined, seed: number) =>
    choose(candidates, {
      call: header(sessionId === undefined ? {} : { sessionId }),
      view: new FakeView(),
      random: seeded(seed),
      args: ROUTER_DEFAULTS.strategyArguments,
      strategy: 'simple-shuffle',
      affinity: { session: true, key: false, promptPrefix: false },
    })!.deployment.id;

  it('keeps a session where it is and leaves others to the strategy', () => {
    const seeds = Array.from({ length: 50 }, (_, seed) => seed * 977);
    expect(new Set(seeds.map((seed) => pick('mine', seed))).size).toBe(1);
    expect(new Set(seeds.map((seed) => pick(undefined, seed))).size).toBe(5);
  });
});

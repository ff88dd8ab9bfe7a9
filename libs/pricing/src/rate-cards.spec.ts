import type { PriceOverrides, PriceQuery } from './price-query.js';
import { ratesOf } from './rate-cards.js';

const NOON = Date.parse('2026-10-01T12:00:00Z');
const NIGHT = Date.parse('2026-10-01T20:00:00Z');

const query = (overrides: PriceOverrides, rest: Partial<PriceQuery> = {}): PriceQuery => ({
  ...{ provider: 'gemini', model: 'gemini-2.5-pro', baseModel: null },
  ...{ overrides, at: NOON },
  ...rest,
});

/** Of overrides that nobody has asked about: worked out anew. */
const anew = (asked: PriceQuery, prompt: number) =>
  ratesOf({ ...asked, overrides: { ...asked.overrides } }, prompt);

describe('ratesOf', () => {
  it('works the rates of calls that are alike out once', () => {
    const asked = query({});
    const rates = ratesOf(asked, 10);
    expect(rates).not.toBeNull();
    expect(ratesOf({ ...asked, tier: null }, 200_000)).toBe(rates);
  });

  it.each<[string, PriceOverrides, readonly (readonly [Partial<PriceQuery>, number])[]]>([
    [
      'long prompts',
      {},
      [
        [{}, 300_000],
        [{}, 0],
      ],
    ],
    [
      'own prices of long prompts',
      { longPrompts: [{ promptTokens: 100, prices: { input: 7 } }] },
      [[{}, 101]],
    ],
    ['tiers', {}, [[{ tier: 'batch' }, 10]]],
    [
      'models',
      {},
      [
        [{ model: 'gemini-2.5-flash' }, 10],
        [{ baseModel: 'gemini-2.5-flash' }, 10],
      ],
    ],
    [
      'times',
      {},
      [
        [{ provider: 'deepseek', model: 'deepseek-chat' }, 10],
        [{ provider: 'deepseek', model: 'deepseek-chat', at: NIGHT }, 10],
      ],
    ],
    [
      'searches of no prompt',
      { search: 5 },
      [
        [{ provider: 'nobody', model: 'none' }, 0],
        [{ provider: 'nobody', model: 'none' }, 1],
      ],
    ],
  ])('takes those of one call for no others: %s', (_what, overrides, others) => {
    const usual = anew(query(overrides), 10);
    for (const [rest, prompt] of others) {
      expect(ratesOf(query(overrides), 10)).toEqual(usual);
      const other = query(overrides, rest);
      expect(ratesOf(other, prompt)).toEqual(anew(other, prompt));
    }
    expect(ratesOf(query(overrides), 10)).toEqual(usual);
  });
});

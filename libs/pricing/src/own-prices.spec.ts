import { NO_USAGE, type Usage } from '@tollgate/contracts';
import type { PriceOverrides, PriceQuery } from './price-query.js';
import { costParts, priceUsage } from './price-usage.js';
import { callPrices } from './token-prices.js';

const usage = (counts: Partial<Usage>): Usage => ({ ...NO_USAGE, ...counts });
const query = (overrides: PriceOverrides, rest: Partial<PriceQuery> = {}): PriceQuery => ({
  ...{ provider: 'acme', model: 'x', baseModel: null, overrides, at: Date.now() },
  ...rest,
});

describe('a deployment of its own prices', () => {
  it('has one for every kind', () => {
    const overrides = {
      ...{ input: 1, cacheRead: 10, cacheWrite: 100, cacheWrite1h: 1_000, audioInput: 1e4, imageInput: 1e5 },
      ...{ output: 1e6, reasoning: 1e7, audioOutput: 1e8, imageOutput: 1e9 },
      ...{ search: 1e10, fileSearch: 1e11, request: 1e12 },
    };
    const counts = Object.fromEntries(Object.keys(NO_USAGE).map((kind) => [kind, 1])) as unknown as Usage;
    expect(priceUsage(counts, query(overrides))).toBe(1_111_111_111_111);
  });

  it('has some for what is sold by the piece, and none where it is not known', () => {
    const pieces = { images: 2, characters: 3, seconds: 1.5 };
    const prices = { image: 1e6, character: 1e4, second: 100, request: 1e9 };
    expect(priceUsage({ ...NO_USAGE, pieces }, query(prices))).toBe(1_002_030_150);
    expect(priceUsage({ ...NO_USAGE, pieces }, query({ input: 1 }))).toBeNull();
  });

  it('may have one of searches or of requests alone; then tokens that are read have none, or none of their own', () => {
    const searched = usage({ searches: 2 });
    expect(priceUsage(searched, query({ search: 1e6 }))).toBe(2e6);
    expect(priceUsage({ ...searched, input: 1 }, query({ search: 1e6 }))).toBeNull();
    expect(priceUsage(usage({ input: 1, output: 1 }), query({ request: 1e6 }))).toBe(1e6);
  });

  it('OpenAI reads and listens at its list price', () => {
    const cost = (model: string, pieces: object): number | null =>
      priceUsage(
        { ...NO_USAGE, pieces: { images: 0, characters: 0, seconds: 0, ...pieces } },
        { provider: 'openai', model, baseModel: null, overrides: {}, at: 0 },
      );
    // A minute for 0.6 cents, a million characters for 15 dollars.
    expect([cost('whisper-1', { seconds: 60 }), cost('tts-1', { characters: 1e6 })]).toEqual([6e6, 15e9]);
  });

  it('has others for long prompts: for the whole call, by the longest that is exceeded', () => {
    const longPrompts = [
      { promptTokens: 100, prices: { input: 2 } },
      { promptTokens: 200, prices: { input: 3, output: 30 } },
    ];
    const overrides = { input: 1, output: 10, longPrompts };
    const cost = (input: number): number | null => priceUsage(usage({ input, output: 1 }), query(overrides));
    expect([100, 101, 200, 201].map(cost)).toEqual([110, 212, 410, 633]);
  });

  it('has others for a tier, and its general ones where it has none', () => {
    const overrides = { input: 1, output: 10, tiers: { priority: { input: 2 } } };
    const counts = usage({ input: 1, output: 1 });
    expect(priceUsage(counts, query(overrides, { tier: 'priority' }))).toBe(12);
    expect(priceUsage(counts, query(overrides, { tier: 'flex' }))).toBe(11);
    const named = { provider: 'openai', model: 'gpt-5', tier: 'batch' } as const;
    expect(priceUsage(counts, query({ input: 1 }, named))).toBe(1 + 5_000);
  });
});

describe('discounts and margins', () => {
  const adjustments = new Map([
    ['acme', { perBillion: 1_045_000_000, discountedPerBillion: 950_000_000, fixedNanos: 7 }],
    ['*', { perBillion: 2_000_000_000, discountedPerBillion: 1_000_000_000, fixedNanos: 0 }],
  ]);

  it('are those of the provider, else of all others', () => {
    const overrides = { input: 1_000, adjustments };
    expect(priceUsage(usage({ input: 1 }), query(overrides))).toBe(1_045 + 7);
    expect(priceUsage(usage({ input: 1 }), query(overrides, { provider: 'other' }))).toBe(2_000);
    expect(priceUsage(NO_USAGE, query(overrides))).toBe(0);
  });

  it('are exact where a double is not', () => {
    const overrides = { input: 8_000_000_001, adjustments };
    const nanos = (8_000_000_001n * 999_999n * 1_045n + 500n) / 1_000n + 7n;
    expect(priceUsage(usage({ input: 999_999 }), query(overrides))).toBe(Number(nanos));
  });

  it('are told apart, and add up to what is charged', () => {
    const parts = (provider: string, input: number) =>
      costParts(usage({ input }), query({ input: 1, adjustments }, { provider }));
    expect(parts('acme', 1_000)).toEqual({ listedNanos: 1_000, discountNanos: 50, marginNanos: 95 + 7 });
    expect(parts('other', 5)).toEqual({ listedNanos: 5, discountNanos: 0, marginNanos: 5 });
    for (let input = 1; input < 50; input += 1) {
      const { listedNanos, discountNanos, marginNanos } = parts('acme', input)!;
      const charged = priceUsage(usage({ input }), query({ input: 1, adjustments }, { provider: 'acme' }));
      expect(listedNanos - discountNanos + marginNanos).toBe(charged);
    }
    expect(costParts(usage({ input: 1 }), query({ input: 1 }))).toBeNull();
    expect(costParts(NO_USAGE, query({ input: 1, adjustments }))).toBeNull();
  });

  it('are in what a call is expected to cost', () => {
    const overrides = { input: 1_000, output: 2_000, reasoning: 4_000, request: 1_000, adjustments };
    const expected = { input: 1_045, cacheWrite: 1_045, output: 4_180, perCall: 1_052 };
    expect(callPrices(query(overrides))).toEqual(expected);
    expect(callPrices(query({}))).toBeNull();
  });
});

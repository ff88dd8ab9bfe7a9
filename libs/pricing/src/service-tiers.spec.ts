import { NO_USAGE, type ServiceTier, type Usage } from '@tollgate/contracts';
import type { PriceQuery } from './price-query.js';
import { priceUsage } from './price-usage.js';

const AT = Date.parse('2026-10-01T12:00:00Z');
const thousands: Usage = { ...NO_USAGE, input: 1_000, cacheRead: 1_000, output: 1_000 };

const price = (usage: Usage, provider: string, model: string, rest: Partial<PriceQuery> = {}): number =>
  priceUsage(usage, { provider, model, baseModel: null, overrides: {}, at: AT, ...rest }) ?? NaN;

// Dollars a million of input, cached input and output, as the providers list them.
it.each<[ServiceTier, string, string, number, number, number]>([
  ['priority', 'openai', 'gpt-4o-2024-08-06', 4.25, 2.125, 17],
  ['priority', 'openai', 'gpt-4o-mini', 0.25, 0.125, 1],
  ['priority', 'openai', 'gpt-4.1', 3.5, 0.875, 14],
  ['priority', 'openai', 'o4-mini', 2, 0.5, 8],
  ['priority', 'openai', 'gpt-5', 2.5, 0.25, 20],
  ['priority', 'openai', 'gpt-5-mini', 0.45, 0.045, 3.6],
  ['priority', 'openai', 'gpt-5.5', 12.5, 1.25, 75],
  ['flex', 'openai', 'gpt-5', 0.625, 0.0625, 5],
  ['batch', 'openai', 'gpt-5', 0.625, 0.0625, 5],
  ['batch', 'anthropic', 'claude-sonnet-4-5', 1.5, 0.15, 7.5],
  ['fast', 'anthropic', 'claude-opus-4-6', 30, 3, 150],
  ['priority', 'anthropic', 'claude-sonnet-4-5', 3, 0.3, 15],
  ['batch', 'gemini', 'gemini-2.5-pro', 0.625, 0.125, 5],
  ['priority', 'gemini', 'gemini-3-flash-preview', 0.9, 0.09, 5.4],
  ['flex', 'vertex_ai', 'gemini-3.1-flash-lite', 0.125, 0.0125, 0.75],
])('%s of %s %s', (tier, provider, model, input, cached, output) => {
  const nanos = (input + cached + output) * 1e6;
  expect(price(thousands, provider, model, { tier })).toBeCloseTo(nanos, 0);
});

it('a tier is that of the base model where that is priced', () => {
  const direct = price(thousands, 'openai', 'gpt-5', { tier: 'priority' });
  const rest = { baseModel: 'azure/gpt-5', tier: 'priority' } as const;
  expect(price(thousands, 'azure', 'my-deployment', rest)).toBe(direct);
});

it('a long prompt is dearer in every tier', () => {
  const long: Usage = { ...NO_USAGE, input: 300_000 };
  const standard = price(long, 'gemini', 'gemini-2.5-pro');
  expect(price(long, 'gemini', 'gemini-2.5-pro', { tier: 'batch' })).toBe(standard / 2);
});

it('searches cost the same in every tier', () => {
  const searches: Usage = { ...NO_USAGE, searches: 1, fileSearches: 1 };
  expect(price(searches, 'openai', 'gpt-4o')).toBe(12_500_000);
  expect(price(searches, 'openai', 'gpt-4o', { tier: 'flex' })).toBe(12_500_000);
});

it("what the catalogue does not tell of tools is there: xAI's searches, models that always search", () => {
  const searches: Usage = { ...NO_USAGE, searches: 2, fileSearches: 1 };
  expect(price(searches, 'xai', 'grok-4')).toBe(12_500_000);
  const [one, none] = ['gpt-4o-search-preview', 'gpt-4o'].map((model) => price(thousands, 'openai', model));
  expect(one).toBeGreaterThan((none ?? NaN) + 25_000_000 - 1);
  expect(price(NO_USAGE, 'openai', 'gpt-4o-search-preview')).toBe(0);
});

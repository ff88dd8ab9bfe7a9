import type { PriceOverrides } from '../gateway-config.js';
import type { Section } from '../section.js';

type CostKey = keyof typeof PRICE_OF;

/** LiteLLM's key → the price it sets. */
const PRICE_OF = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cacheRead',
  cache_creation_input_token_cost: 'cacheWrite',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'audioInput',
} as const satisfies Record<string, keyof PriceOverrides>;

const NANOS_PER_DOLLAR = 1e9;

/** Any other cost of LiteLLM's: tiers, batches, seconds, pixels. */
export const isCostKey = (key: string): boolean => /(^|_)cost(_|$)/.test(key);

/** Dollars per token in the file, nano-dollars per token here: whole or not, free of what dividing in floats adds. */
export function readPrices(section: Section<CostKey>): PriceOverrides {
  const prices: Partial<Record<keyof PriceOverrides, number>> = {};
  for (const [key, price] of Object.entries(PRICE_OF) as [CostKey, keyof PriceOverrides][]) {
    const dollars = section.number(key);
    if (dollars !== null) prices[price] = Number((dollars * NANOS_PER_DOLLAR).toPrecision(12));
  }
  return prices;
}

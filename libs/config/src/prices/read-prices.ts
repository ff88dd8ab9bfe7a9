import type { ServiceTier } from '@tollgate/contracts';
import { Section } from '../section.js';
import type { PRICE_ROWS } from '../settings/price.settings.js';
import {
  LONG_PROMPTS,
  TIER_ENDINGS,
  VARIABLE_KINDS,
  type LongPromptKey,
  type TierKey,
} from '../settings/price.settings.js';
import type { PriceOverrides, Prices } from './price-overrides.js';

type PriceKey = keyof typeof PRICE_ROWS;
type PriceSection = Section<PriceKey>;
type ReadPrice = (key: PriceKey) => number | null;

/** LiteLLM's key → the price it sets. */
const PRICE_OF = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cacheRead',
  cache_creation_input_token_cost: 'cacheWrite',
  cache_creation_input_token_cost_above_1hr: 'cacheWrite1h',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'audioInput',
  output_cost_per_audio_token: 'audioOutput',
  input_cost_per_image_token: 'imageInput',
  output_cost_per_image_token: 'imageOutput',
  input_cost_per_request: 'request',
  input_cost_per_query: 'search',
  search_context_cost_per_query: 'search',
  file_search_cost_per_1k_calls: 'fileSearch',
  output_cost_per_image: 'image',
  input_cost_per_character: 'character',
  input_cost_per_second: 'second',
} as const satisfies Partial<Record<PriceKey, keyof Prices>>;

const NANOS_PER_DOLLAR = 1e9;
const SEARCH_SIZES = ['search_context_size_low', 'search_context_size_medium', 'search_context_size_high'];

/** Any cost of LiteLLM's that does nothing here: of seconds, pixels, characters. */
export const isCostKey = (key: string): boolean => /(^|_)cost(_|$)/.test(key);

/** A deployment's own prices, key by key from the first section that has it. Nano-dollars, whole or not. */
export function readPrices(...sections: readonly PriceSection[]): PriceOverrides {
  // Every section is read, whichever counts: what is not read is taken for a mistake.
  const read: ReadPrice = (key) =>
    sections.map((section) => readPrice(section, key)).find((price) => price !== null) ?? null;
  const longPrompts = LONG_PROMPTS.map((thousands) => ({
    promptTokens: thousands * 1_000,
    prices: readVariants(read, (kind): LongPromptKey => `${kind}_above_${thousands}k_tokens`),
  })).filter(({ prices }) => Object.keys(prices).length > 0);
  const tiers = readTiers(read);
  return {
    ...pricesOf(Object.entries(PRICE_OF).map(([key, kind]) => [kind, read(key as keyof typeof PRICE_OF)])),
    ...(longPrompts.length > 0 && { longPrompts }),
    ...(Object.keys(tiers).length > 0 && { tiers }),
  };
}

function readTiers(read: ReadPrice): Partial<Record<ServiceTier, Prices>> {
  const tiers = (Object.keys(TIER_ENDINGS) as (keyof typeof TIER_ENDINGS)[]).map((ending) => {
    const prices = readVariants(read, (kind): TierKey => `${kind}_${ending}`);
    return [TIER_ENDINGS[ending], prices] as const;
  });
  return Object.fromEntries(tiers.filter(([, prices]) => Object.keys(prices).length > 0));
}

const readVariants = (read: ReadPrice, keyOf: (kind: (typeof VARIABLE_KINDS)[number]) => PriceKey): Prices =>
  pricesOf(VARIABLE_KINDS.map((kind) => [PRICE_OF[kind], read(keyOf(kind))]));

const pricesOf = (prices: readonly (readonly [keyof Prices, number | null])[]): Prices =>
  Object.fromEntries(prices.filter(([, price]) => price !== null));

function readPrice(section: PriceSection, key: PriceKey): number | null {
  const dollars = key === 'search_context_cost_per_query' ? searchPrice(section) : section.number(key);
  const pieces = key === 'file_search_cost_per_1k_calls' ? 1_000 : 1;
  // Free of what multiplying in floats adds.
  return dollars === null ? null : Number(((dollars * NANOS_PER_DOLLAR) / pieces).toPrecision(12));
}

/** NOTE LiteLLM has a price for each size of search; no answer tells the size, and medium is the providers' default. */
function searchPrice(section: PriceSection): number | null {
  const key = 'search_context_cost_per_query';
  if (section.node.entries.get(key)?.value.kind !== 'map') return section.number(key);
  const node = section.map(key);
  if (node === null) return null;
  const sizes = new Section<string>(node, section.pathOf(key), section.context);
  const [, medium = null] = SEARCH_SIZES.map((size) => sizes.number(size));
  sizes.finish(new Set());
  return medium;
}

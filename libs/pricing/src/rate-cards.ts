import type { ServiceTier } from '@tollgate/contracts';
import { tableAt, type PriceTable } from './catalogue.js';
import { knownModel, type KnownModel } from './known-model.js';
import type { PriceOverrides, PriceQuery } from './price-query.js';
import { NO_PRICES, workOutRates, type Rates } from './rates.js';

/** Rates that were worked out, and for which calls they hold. */
interface RateCard {
  readonly table: PriceTable;
  readonly tier: ServiceTier | null;
  /** Tokens of the longest prompt. */
  readonly longestPrompt: number;
  readonly rates: Rates | null;
}

/** By the deployment's own prices and its model, the card that was made last: calls of a deployment are mostly alike. */
const cards = new WeakMap<PriceOverrides, WeakMap<KnownModel, RateCard>>();

/** The rates of a call with so long a prompt; null when no price is known. */
export function ratesOf(query: PriceQuery, prompt: number): Rates | null {
  const { overrides, tier = null, at } = query;
  const model = knownModel(query);
  const table = model.schedule === null ? NO_PRICES : tableAt(model.schedule, at);
  // What reads no token may be priced by its searches.
  if (prompt === 0 && overrides.search !== undefined) return workOutRates(query, prompt, model, table);
  const known = cards.get(overrides)?.get(model);
  if (known?.table === table && known.tier === tier && prompt <= known.longestPrompt) return known.rates;
  const rates = workOutRates(query, prompt, model, table);
  const longestPrompt = longestOfShortest(table, overrides);
  if (prompt <= longestPrompt) remember(overrides, model, { table, tier, longestPrompt, rates });
  return rates;
}

/** The longest of the prompts that are not priced as long ones. */
function longestOfShortest(table: PriceTable, { longPrompts = [] }: PriceOverrides): number {
  const own = longPrompts.map(({ promptTokens }) => promptTokens);
  const listed = Object.values(table).map((price) =>
    typeof price === 'number' ? Infinity : (price[1] ?? Infinity),
  );
  return Math.min(...own, ...listed, Infinity);
}

function remember(overrides: PriceOverrides, model: KnownModel, card: RateCard): void {
  const ofDeployment = cards.get(overrides) ?? new WeakMap<KnownModel, RateCard>();
  cards.set(overrides, ofDeployment.set(model, card));
}

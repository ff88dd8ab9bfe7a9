import type { CountKind } from '@tollgate/contracts';
import { priceFor, type Price, type PriceTable } from './catalogue.js';
import type { KnownModel } from './known-model.js';
import { pieceRatesOf } from './piece-rates.js';
import { FEMTO_PER_NANO, type PriceQuery, type Prices } from './price-query.js';
import { scaled } from './service-tiers.js';

/** Femto-dollars apiece, of everything that is counted, and of the request itself. */
export type Rates = Readonly<Record<CountKind | 'request', number>>;

/**
 * The rates of a call with so long a prompt, by the table that holds now; null when no price is known. A kind without a price of its own costs what the kind
 * it belongs to does: cached, audio and image input as input, an hour's cache as any cache, the rest of the answer as output.
 */
export function workOutRates(
  query: PriceQuery,
  prompt: number,
  { schedule, tiers }: KnownModel,
  table: PriceTable,
): Rates | null {
  const { overrides, tier } = query;
  const isOwn = overrides.input !== undefined || overrides.output !== undefined;
  // Where no token is read, as in reranking, searches may be all that is sold; a price of requests is one of all that is in them.
  const isBySearch = prompt === 0 && overrides.search !== undefined;
  const isKnown = schedule !== null || isOwn || isBySearch || overrides.request !== undefined;
  if (!isKnown && pieceRatesOf(query) === null) return null;
  const own = ownPrices(query, prompt);
  const factors = tier === undefined || tier === null ? undefined : tiers[tier];
  const tokens = factors?.tokens;
  const rate = (
    nanos: number | undefined,
    price: Price | undefined,
    otherwise: number,
    factor = tokens,
  ): number => {
    if (nanos !== undefined) return Math.round(nanos * FEMTO_PER_NANO);
    if (price === undefined) return otherwise;
    const standard = priceFor(price, prompt);
    return factor === undefined ? standard : scaled(standard, factor);
  };
  const input = rate(own.input, table.i, 0);
  const output = rate(own.output, table.o, 0);
  const cacheWrite = rate(own.cacheWrite, table.w, input);
  const anHour = own.cacheWrite === undefined ? table.h : undefined;
  return {
    input,
    cacheRead: rate(own.cacheRead, table.r, input, factors?.cacheRead),
    cacheWrite5m: cacheWrite,
    cacheWrite1h: rate(own.cacheWrite1h, anHour, cacheWrite),
    audioInput: rate(own.audioInput, table.a, input),
    imageInput: rate(own.imageInput, table.m, input),
    output,
    reasoning: rate(own.reasoning, table.t, output),
    audioOutput: rate(own.audioOutput, table.b, output),
    imageOutput: rate(own.imageOutput, table.n, output),
    searches: rate(own.search, table.s, 0, ONE),
    fileSearches: rate(own.fileSearch, table.f, 0, ONE),
    request: rate(own.request, table.q, 0, ONE),
  };
}

/** Of a model that the catalogue has no prices of. */
export const NO_PRICES: PriceTable = {};
/** What is sold by the piece costs the same in every tier. */
const ONE = [1, 1] as const;

/** The overrides that hold for this call: of its tier, else of its length, else in general. */
function ownPrices({ overrides, tier }: PriceQuery, prompt: number): Prices {
  const { longPrompts, tiers } = overrides;
  const ofTier = tier === undefined || tier === null ? undefined : tiers?.[tier];
  const ofLength = longPrompts?.findLast(({ promptTokens }) => prompt > promptTokens)?.prices;
  return ofTier === undefined && ofLength === undefined
    ? overrides
    : { ...overrides, ...ofLength, ...ofTier };
}

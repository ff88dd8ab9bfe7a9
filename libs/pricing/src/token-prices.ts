import { adjustmentOf } from './adjustment.js';
import { priceFor, tableAt, type Price } from './catalogue.js';
import { knownModel } from './known-model.js';
import { FEMTO_PER_NANO, type PriceQuery, type Prices } from './price-query.js';
import { ratesOf } from './rate-cards.js';

/** What a call will be charged, discount and margin included, by what is known beforehand. Nano-dollars a token, and a call. */
export interface CallPrices {
  readonly input: number;
  /** Of the dearer life of a cache entry. */
  readonly cacheWrite: number;
  /** Of the dearer of answer and thoughts. */
  readonly output: number;
  readonly perCall: number;
}

const NO_ADJUSTMENT = { perBillion: 1e9, fixedNanos: 0 };

/** The prices of a call with a short prompt; null when none is known. */
export function callPrices(query: PriceQuery): CallPrices | null {
  const rates = ratesOf(query, 1);
  if (rates === null) return null;
  const { perBillion, fixedNanos } = adjustmentOf(query) ?? NO_ADJUSTMENT;
  const charged = (...femtos: number[]): number =>
    (Math.max(...femtos) / FEMTO_PER_NANO) * (perBillion / 1e9);
  return {
    input: charged(rates.input),
    cacheWrite: charged(rates.cacheWrite5m, rates.cacheWrite1h),
    output: charged(rates.output, rates.reasoning),
    perCall: charged(rates.request) + fixedNanos,
  };
}

/** What a token of the prompt and one of the answer cost together, in nano-dollars; null when no price is known. */
export function pricePerToken(query: PriceQuery): number | null {
  const rates = ratesOf(query, 1);
  if (rates === null) return null;
  const { perBillion } = adjustmentOf(query) ?? NO_ADJUSTMENT;
  return ((rates.input + rates.output) / FEMTO_PER_NANO) * (perBillion / 1e9);
}

/** What each kind costs by the list, in nano-dollars apiece; a kind that has no price of its own is left out. */
export function tokenPrices(query: PriceQuery): Prices {
  const { schedule } = knownModel(query);
  const table = schedule === null ? {} : tableAt(schedule, query.at);
  const known: [keyof Prices, Price | undefined][] = [
    ['input', table.i],
    ['output', table.o],
    ['cacheRead', table.r],
    ['cacheWrite', table.w],
    ['cacheWrite1h', table.h],
    ['reasoning', table.t],
    ['audioInput', table.a],
    ['audioOutput', table.b],
    ['imageInput', table.m],
    ['imageOutput', table.n],
    ['search', table.s],
    ['fileSearch', table.f],
    ['request', table.q],
  ];
  const prices = known.flatMap(([kind, price]) => {
    const catalogued = price === undefined ? undefined : priceFor(price, 1) / FEMTO_PER_NANO;
    const nanos = query.overrides[kind] ?? catalogued;
    return nanos === undefined ? [] : [[kind, nanos] as const];
  });
  return Object.fromEntries(prices);
}

import { NO_USAGE, promptTokens, type CostParts, type CountKind, type Usage } from '@tollgate/contracts';
import { adjusted, adjustmentOf, adjustmentParts } from './adjustment.js';
import { FEMTO_PER_NANO, type PriceQuery } from './price-query.js';
import { pieceRatesOf, piecesCost } from './piece-rates.js';
import { ratesOf } from './rate-cards.js';
import type { Rates } from './rates.js';

/**
 * What a call costs in nano-dollars, rounded half up once before its discount and margin and once after them; null when no
 * price is known for the model. Sums are exact: integers of femto-dollars, in BigInt where they outgrow a double.
 */
export function priceUsage(usage: Usage, query: PriceQuery): number | null {
  const listed = listPrice(usage, query);
  const adjustment = adjustmentOf(query);
  return listed === null || adjustment === undefined || usedNothing(usage)
    ? listed
    : adjusted(listed, adjustment);
}

/** What a cost is made of where there is a discount or a margin; null: there is neither, or no price, or nothing was used. */
export function costParts(usage: Usage, query: PriceQuery): CostParts | null {
  const adjustment = adjustmentOf(query);
  if (adjustment === undefined || usedNothing(usage)) return null;
  const listedNanos = listPrice(usage, query);
  return listedNanos === null ? null : { listedNanos, ...adjustmentParts(listedNanos, adjustment) };
}

function listPrice(usage: Usage, query: PriceQuery): number | null {
  const rates = ratesOf(query, promptTokens(usage));
  if (rates === null) return null;
  return usage.pieces === undefined ? roundedSum(usage, rates, 0) : withPieces(usage, query, rates);
}

/** null also when it has pieces that have no price. */
function withPieces(usage: Usage, query: PriceQuery, rates: Rates): number | null {
  const pieceRates = pieceRatesOf(query);
  if (usage.pieces === undefined || pieceRates === null) return null;
  return roundedSum(usage, rates, piecesCost(usage.pieces, pieceRates));
}

const KINDS = Object.keys(NO_USAGE) as CountKind[];

/** A call that used nothing is no request either: nobody served it. */
const usedNothing = (usage: Usage): boolean =>
  usage.pieces === undefined && KINDS.every((kind) => usage[kind] === 0);

function roundedSum(usage: Usage, rates: Rates, ofPieces: number): number {
  const sum =
    // Written out: a loop over names takes three times as long, and every call comes by here.
    usage.input * rates.input +
    usage.cacheRead * rates.cacheRead +
    usage.cacheWrite5m * rates.cacheWrite5m +
    usage.cacheWrite1h * rates.cacheWrite1h +
    usage.audioInput * rates.audioInput +
    usage.imageInput * rates.imageInput +
    usage.output * rates.output +
    usage.reasoning * rates.reasoning +
    usage.audioOutput * rates.audioOutput +
    usage.imageOutput * rates.imageOutput +
    usage.searches * rates.searches +
    usage.fileSearches * rates.fileSearches +
    (rates.request > 0 && !usedNothing(usage) ? rates.request : 0) +
    ofPieces;
  // Nothing is negative, so a safe sum had safe terms.
  if (!Number.isSafeInteger(sum)) return exactSum(usage, rates, ofPieces);
  const remainder = sum % FEMTO_PER_NANO;
  return (sum - remainder) / FEMTO_PER_NANO + (remainder * 2 >= FEMTO_PER_NANO ? 1 : 0);
}

function exactSum(usage: Usage, rates: Rates, ofPieces: number): number {
  const unit = BigInt(FEMTO_PER_NANO);
  const sum = KINDS.reduce(
    (total, kind) => total + BigInt(usage[kind]) * BigInt(rates[kind]),
    BigInt(rates.request) + BigInt(ofPieces),
  );
  return Number((sum + unit / 2n) / unit);
}

import type { PriceAdjustment, PriceQuery } from './price-query.js';

const BILLION = 1_000_000_000;

/** The discount and the margin of a query's provider; undefined: none. */
export const adjustmentOf = ({ overrides, provider }: PriceQuery): PriceAdjustment | undefined =>
  overrides.adjustments === undefined
    ? undefined
    : (overrides.adjustments.get(provider) ?? overrides.adjustments.get('*'));

/** Exact: rounded half up once. */
export const adjusted = (nanos: number, { perBillion, fixedNanos }: PriceAdjustment): number =>
  scaled(nanos, perBillion) + fixedNanos;

/** What the discount takes off and the margin adds, in nano-dollars: together exactly what `adjusted` changes. */
export function adjustmentParts(
  nanos: number,
  adjustment: PriceAdjustment,
): { readonly discountNanos: number; readonly marginNanos: number } {
  const discounted = scaled(nanos, adjustment.discountedPerBillion);
  return { discountNanos: nanos - discounted, marginNanos: adjusted(nanos, adjustment) - discounted };
}

function scaled(nanos: number, perBillion: number): number {
  const product = nanos * perBillion;
  const unit = BigInt(BILLION);
  return Number.isSafeInteger(product)
    ? Math.floor((product + BILLION / 2) / BILLION)
    : Number((BigInt(nanos) * BigInt(perBillion) + unit / 2n) / unit);
}

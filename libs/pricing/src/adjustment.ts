import type { PriceAdjustment, PriceQuery } from './price-query.js';

const BILLION = 1_000_000_000;

/** The discount and the margin of a query's provider; undefined: none. */
export const adjustmentOf = ({ overrides, provider }: PriceQuery): PriceAdjustment | undefined =>
  overrides.adjustments === undefined
    ? undefined
    : (overrides.adjustments.get(provider) ?? overrides.adjustments.get('*'));

/** Exact: rounded half up once. */
export function adjusted(nanos: number, { perBillion, fixedNanos }: PriceAdjustment): number {
  const product = nanos * perBillion;
  const unit = BigInt(BILLION);
  const charged = Number.isSafeInteger(product)
    ? Math.floor((product + BILLION / 2) / BILLION)
    : Number((BigInt(nanos) * BigInt(perBillion) + unit / 2n) / unit);
  return charged + fixedNanos;
}

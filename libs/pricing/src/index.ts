export type { PriceOverrides, PriceQuery } from './price-query.js';
export { priceUsage } from './price-usage.js';

export { contextWindow } from './known-model.js';
export type { PriceOverrides, PriceQuery } from './price-query.js';
export { pricePerToken, priceUsage, tokenPrices } from './price-usage.js';

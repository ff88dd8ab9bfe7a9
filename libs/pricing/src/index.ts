export { contextWindow } from './known-model.js';
export type { PriceAdjustment, PriceOverrides, PriceQuery, Prices } from './price-query.js';
export { costParts, priceUsage } from './price-usage.js';
export { callPrices, pricePerToken, tokenPrices, type CallPrices } from './token-prices.js';

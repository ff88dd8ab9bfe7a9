import { lowest, type Strategy } from './strategy.js';

/** LiteLLM's cost-based-routing: the lowest price of a token of the prompt and one of the answer together. */
export const costBased: Strategy = (candidates, { random }) =>
  lowest(candidates, ({ pricePerToken }) => pricePerToken, random);

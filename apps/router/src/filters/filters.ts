import { blocked, circuit, excluded, providerLimit, unfit } from './availability.js';
import { budgets } from './budgets.js';
import { parallelRequests, rates } from './capacity.js';
import type { Filter } from './filter.js';
import { capability, contextWindow, region, requestSize } from './fitness.js';
import { tags } from './tags.js';

/**
 * The first that drops a deployment gives the reason. What will not pass comes before what will: LiteLLM begins with what is
 * cooling, and so tells callers to come back for a deployment that could not serve them anyway.
 */
export const FILTERS: readonly Filter[] = [
  blocked,
  tags,
  contextWindow,
  region,
  requestSize,
  capability,
  unfit,
  budgets,
  circuit,
  providerLimit,
  parallelRequests,
  rates,
  excluded,
];

import type { RouterSettings, RoutingStrategy } from '@tollgate/config';
import type { Candidate } from '../group.js';
import { adaptive } from './adaptive.js';
import { bindingOf, boundTo } from './affinity.js';
import { costBased } from './cost-based.js';
import { latencyBased } from './latency-based.js';
import { leastBusy } from './least-busy.js';
import { simpleShuffle } from './simple-shuffle.js';
import type { Strategy, StrategyContext } from './strategy.js';
import { usageBased } from './usage-based.js';

export const STRATEGIES = {
  'simple-shuffle': simpleShuffle,
  'least-busy': leastBusy,
  'latency-based-routing': latencyBased,
  'usage-based-routing': usageBased,
  'usage-based-routing-v2': usageBased,
  'cost-based-routing': costBased,
  adaptive,
} satisfies Record<RoutingStrategy, Strategy>;

export interface ChooseContext extends StrategyContext {
  readonly strategy: RoutingStrategy;
  readonly affinity: RouterSettings['affinity'];
}

/** One of the selected candidates: the one that the call is bound to, else the strategy's. Undefined when there is none. */
export function choose(candidates: readonly Candidate[], context: ChooseContext): Candidate | undefined {
  if (candidates.length <= 1) return candidates[0];
  const binding = bindingOf(context.call, context.affinity);
  return binding === undefined
    ? STRATEGIES[context.strategy](candidates, context)
    : boundTo(candidates, binding);
}

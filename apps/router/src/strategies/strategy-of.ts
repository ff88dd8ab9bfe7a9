import type { RouterSettings, RoutingStrategy } from '@tollgate/config';
import type { Group } from '../group.js';

/** A group's own strategy, or the router's. */
export function strategyOf(
  { name, configured }: Group,
  { groups, routingStrategy }: RouterSettings,
): RoutingStrategy {
  if (groups.size === 0) return routingStrategy;
  return (groups.get(name) ?? groups.get(configured))?.routingStrategy ?? routingStrategy;
}

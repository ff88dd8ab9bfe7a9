import { ACCEPTED_STRATEGY_ARGUMENTS } from '../accepted-keys.js';
import { ROUTER_DEFAULTS } from '../demo-config.js';
import { ROUTING_STRATEGIES, type RoutingStrategy, type StrategyArguments } from '../gateway-config.js';
import { innerSection } from '../named-sections.js';
import { didYouMean } from '../nearest.js';
import type { Section } from '../section.js';

export function readStrategy(section: Section<'routing_strategy'>): RoutingStrategy | null {
  const name = section.text('routing_strategy');
  const strategy = ROUTING_STRATEGIES.find((known) => known === name);
  if (name !== null && strategy === undefined) {
    section.problem(
      'routing_strategy',
      `there is no strategy ${name}${didYouMean(name, ROUTING_STRATEGIES)}`,
    );
  }
  return strategy ?? null;
}

export function readStrategyArguments(section: Section<'routing_strategy_args'>): StrategyArguments {
  const byDefault = ROUTER_DEFAULTS.strategyArguments;
  const args = innerSection<'router_settings.routing_strategy_args'>(section, 'routing_strategy_args');
  if (args === null) return byDefault;
  const read: StrategyArguments = {
    ttlMs: args.seconds('ttl', { min: 0 }) ?? byDefault.ttlMs,
    lowestLatencyBuffer: args.number('lowest_latency_buffer') ?? byDefault.lowestLatencyBuffer,
  };
  args.finish(ACCEPTED_STRATEGY_ARGUMENTS);
  return read;
}

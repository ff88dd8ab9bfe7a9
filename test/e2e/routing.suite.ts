import { configOf, Visitor, type Places, type RoutingSubject } from './_routing.js';
import { describeFallbacks, fallbacksConfig } from './routing-fallbacks.suite.js';
import { describeHealth, healthConfig } from './routing-health.suite.js';
import { describePicks, picksConfig } from './routing-picks.suite.js';

export const routingConfig = (places: Places): string =>
  configOf(places, [picksConfig, healthConfig, fallbacksConfig]);

/** What routing promises, as its users see it; `subject` starts the system once. */
export function describeRouting(subject: () => RoutingSubject): void {
  const visitor = new Visitor(subject);

  beforeEach(() => {
    subject().lab.reset();
  });

  describe('picks', () => describePicks(visitor));
  describe('health', () => describeHealth(visitor));
  describe('failures', () => describeFallbacks(visitor));
}

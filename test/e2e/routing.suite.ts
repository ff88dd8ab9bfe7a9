import { configOf, Visitor, type ConcernConfig, type Places, type RoutingSubject } from './_routing.js';
import { canariesConfig, describeCanaries } from './routing-canaries.suite.js';
import { describeFallbacks, fallbacksConfig } from './routing-fallbacks.suite.js';
import { describeHealth, healthConfig } from './routing-health.suite.js';
import { describeNames, namesConfig } from './routing-names.suite.js';
import { describePicks, picksConfig } from './routing-picks.suite.js';
import { describeStreams, streamsConfig } from './routing-streams.suite.js';

/** `more`: of what only one mode can show. */
export const routingConfig = (places: Places, ...more: readonly ConcernConfig[]): string =>
  configOf(places, [
    ...[picksConfig, healthConfig, fallbacksConfig],
    ...[streamsConfig, canariesConfig, namesConfig],
    ...more,
  ]);

/** What routing promises, as its users see it; `subject` starts the system once. */
export function describeRouting(subject: () => RoutingSubject): void {
  const visitor = new Visitor(subject);

  beforeEach(() => {
    subject().lab.reset();
  });

  describe('picks', () => describePicks(visitor));
  describe('health', () => describeHealth(visitor));
  describe('failures', () => describeFallbacks(visitor));
  describe('streams', () => describeStreams(visitor));
  describe('canaries', () => describeCanaries(visitor, subject));
  describe('names', () => describeNames(visitor));
}

import { lowest, type Strategy } from './strategy.js';

/** LiteLLM's least-busy: the fewest calls under way, on all replicas together. */
export const leastBusy: Strategy = (candidates, { view, random }) =>
  lowest(candidates, ({ deployment }) => view.stats(deployment.id).inFlight, random);

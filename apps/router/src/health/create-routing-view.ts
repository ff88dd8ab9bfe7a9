import type { RoutingView } from '../routing-view.js';
import type { DeploymentHealth } from './deployment-health.js';
import type { DeploymentStatsBook } from './deployment-stats-book.js';
import type { ProviderLimitBook } from './provider-limit-book.js';

export interface RoutingViewSources {
  readonly health: Pick<DeploymentHealth, 'circuit' | 'allClosed'>;
  readonly stats: Pick<DeploymentStatsBook, 'stats'>;
  readonly limits: Pick<ProviderLimitBook, 'limitedUntil' | 'isEmpty'>;
  /** Default: no budget is ever used up. */
  readonly exhaustedBudget?: RoutingView['exhaustedBudget'];
  /** Epoch ms. */
  readonly now: () => number;
}

/** What strategies and filters see. Make it once: it shows what is known at the moment of the question. */
export const createRoutingView = ({
  health,
  stats,
  limits,
  exhaustedBudget = () => null,
  now,
}: RoutingViewSources): RoutingView => ({
  get now() {
    return now();
  },
  get allClosed() {
    return health.allClosed;
  },
  get noneLimited() {
    return limits.isEmpty;
  },
  circuit: (id) => health.circuit(id),
  stats: (id) => stats.stats(id),
  limitedUntil: (id, tokens) => limits.limitedUntil(id, tokens),
  exhaustedBudget,
});

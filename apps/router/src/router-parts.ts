import { setTimeout as delay } from 'node:timers/promises';
import type { LiveConfig } from '@tollgate/config';
import type { AttemptNews } from './alerts/attempt-news.js';
import type { OpenCalls } from './alerts/open-calls.js';
import type { CanaryDesk } from './canary/canary-desk.js';
import type { DecisionLog } from './explain/decision-log.js';
import type { DeploymentHealth } from './health/deployment-health.js';
import type { DeploymentStatsBook } from './health/deployment-stats-book.js';
import type { ProviderLimitBook } from './health/provider-limit-book.js';
import type { HedgeBook } from './hedging/hedge-book.js';
import type { RoutingView } from './routing-view.js';
import type { SpendWatch } from './spend/spend-watch.js';

/** What a spec wants to have in its hand. */
export interface RouterTools {
  readonly now: () => number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const REAL_TOOLS: RouterTools = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

/** What the router knows, and who keeps it. */
export interface RouterParts {
  readonly config: LiveConfig;
  readonly health: DeploymentHealth;
  readonly stats: DeploymentStatsBook;
  readonly spend: SpendWatch;
  readonly view: RoutingView;
  readonly limits: ProviderLimitBook;
  readonly decisions: DecisionLog;
  readonly hedges: HedgeBook;
  readonly canaries: CanaryDesk;
  readonly news: AttemptNews;
  readonly open: OpenCalls;
}

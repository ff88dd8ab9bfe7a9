import type { CircuitState } from '@tollgate/contracts';
import type { Candidate } from './group.js';

/** Whether a deployment may get calls. open: not before `until`. half-open: one probe at a time decides. */
export interface Circuit {
  readonly state: CircuitState;
  /** Epoch ms; null unless open. */
  readonly until: number | null;
  /** Half-open, and a probe is under way. */
  readonly probing: boolean;
}

/** A call that succeeded. */
export interface LatencySample {
  /** Epoch ms. */
  readonly at: number;
  readonly latencyMs: number;
  /** Of streams. */
  readonly firstTokenMs: number | null;
  readonly outputTokens: number;
}

/** What is known of a deployment's calls, on all replicas together. */
export interface DeploymentStats {
  readonly inFlight: number;
  readonly requestsThisMinute: number;
  /** Of prompts and answers. */
  readonly tokensThisMinute: number;
  /** The newest last, a few dozen at most. A list does not change: another takes its place. */
  readonly samples: readonly LatencySample[];
  /** Exponentially weighted: time to the first token of streams, whole time of others; null: no call succeeded yet. */
  readonly latencyMs: number | null;
  /** Exponentially weighted share of calls that failed by the deployment's fault. */
  readonly errorRate: number;
}

export const NO_STATS: DeploymentStats = {
  inFlight: 0,
  requestsThisMinute: 0,
  tokensThisMinute: 0,
  samples: [],
  latencyMs: null,
  errorRate: 0,
};

export const CLOSED: Circuit = { state: 'closed', until: null, probing: false };

/** All that filters and strategies may ask about deployments. Every answer is in memory and cheap. */
export interface RoutingView {
  /** Epoch ms. */
  readonly now: number;
  /** No circuit is open or half-open: none need be asked for. */
  readonly allClosed: boolean;
  circuit(deploymentId: string): Circuit;
  stats(deploymentId: string): DeploymentStats;
  /** No provider has told of a limit. */
  readonly noneLimited: boolean;
  /** The provider's own rate limit has no room for so many tokens before this time (epoch ms); null: it has. */
  limitedUntil(deploymentId: string, tokens: number): number | null;
  /** The budget (of provider, deployment or one of the tags) that is used up, in LiteLLM's words; null: none is. */
  exhaustedBudget(candidate: Candidate, tags: readonly string[]): string | null;
}

import type { Candidate } from '../group.js';
import type { DeploymentStats, LatencySample } from '../routing-view.js';
import type { Strategy, StrategyContext } from './strategy.js';

/** An error rate falls while no calls come; below this a deployment that never answered is tried again. */
const FORGIVEN_ERRORS = 0.1;

/**
 * LiteLLM's latency-based-routing: the lowest average over the calls of the last `ttl`, of the time to the first token for
 * streams, else of the time for a token of the answer. With `lowest_latency_buffer` 0.2 those up to 20% slower are equals.
 *
 * Nobody has seen a new deployment's latency: it is tried before all others, but with one call at a time. LiteLLM sends it
 * everything until the first answer is there.
 */
export const latencyBased: Strategy = (candidates, context) => {
  const scores = candidates.map((candidate) => scoreOf(candidate, context));
  const limit = Math.min(...scores) * (1 + context.args.lowestLatencyBuffer);
  const fast = candidates.filter((_candidate, index) => (scores[index] ?? 0) <= limit);
  return fast[Math.floor(context.random() * fast.length)];
};

function scoreOf({ deployment }: Candidate, { call, view, args }: StrategyContext): number {
  const stats = view.stats(deployment.id);
  return averageOf(stats, { stream: call.stream, since: view.now - args.ttlMs }) ?? unseenScore(stats);
}

/** One that is being tried, or has just failed, waits until nothing better is left. */
const unseenScore = ({ inFlight, errorRate }: DeploymentStats): number =>
  inFlight === 0 && errorRate < FORGIVEN_ERRORS ? 0 : Number.POSITIVE_INFINITY;

interface Averages {
  readonly streams: number | undefined;
  readonly wholes: number | undefined;
}

/** Of a list of samples, worked out once: calls come far more often than there is another list. */
const known = new WeakMap<readonly LatencySample[], Averages>();

function averageOf(
  { samples }: DeploymentStats,
  { stream, since }: { readonly stream: boolean; readonly since: number },
): number | undefined {
  const [oldest] = samples;
  if (oldest === undefined) return undefined;
  if (oldest.at < since) return averageSince(samples, { stream, since });
  let averages = known.get(samples);
  if (averages === undefined) {
    const streams = averageSince(samples, { stream: true, since });
    const wholes = averageSince(samples, { stream: false, since });
    known.set(samples, (averages = { streams, wholes }));
  }
  return stream ? averages.streams : averages.wholes;
}

function averageSince(
  samples: readonly LatencySample[],
  { stream, since }: { readonly stream: boolean; readonly since: number },
): number | undefined {
  let sum = 0;
  let count = 0;
  for (const sample of samples) {
    const latency = sample.at < since ? null : latencyOf(sample, stream);
    if (latency === null) continue;
    sum += latency;
    count += 1;
  }
  return count === 0 ? undefined : sum / count;
}

/** null: it says nothing about calls of this kind. */
const latencyOf = (
  { firstTokenMs, latencyMs, outputTokens }: LatencySample,
  stream: boolean,
): number | null => (stream ? firstTokenMs : latencyMs / Math.max(1, outputTokens));

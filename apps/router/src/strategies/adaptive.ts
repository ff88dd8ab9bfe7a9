import type { Candidate } from '../group.js';
import { type DeploymentStats } from '../routing-view.js';
import { draw, drawOther, metricOf, shareBy } from './simple-shuffle.js';
import type { Strategy } from './strategy.js';

/** One that was drawn keeps the call unless the other is better by this factor: among equals the shares decide. */
const MARGIN = 1.25;
/** The error rate that makes a deployment as bad as one of twice its latency. */
const TOLERABLE_ERRORS = 0.1;
/** This share of calls goes by the shares alone: who is avoided would never be seen to recover. */
const TRICKLE = 0.02;
/** While all that were drawn are sick, more are drawn. */
const MOST_DRAWS = 5;
const SICK_PENALTY = 10;

/**
 * Tollgate's own: the power of two choices. Two candidates are drawn by their shares, and the one with the better score
 * (latency × penalty for errors × calls under way) gets the call. A deployment that fails half its calls loses all of its
 * pairs long before a circuit would open; one that is slow or overloaded loses as far as it is.
 */
export const adaptive: Strategy = (candidates, { view, random }) => {
  const first = draw(candidates, random);
  if (first === undefined || candidates.length === 1 || random() < TRICKLE) return first;
  const metric = metricOf(candidates);
  const entryOf = (candidate: Candidate): Entry => ({
    candidate,
    stats: view.stats(candidate.deployment.id),
    share: shareBy(candidate, metric),
  });
  let best = entryOf(first);
  for (let draws = 1; draws < MOST_DRAWS; draws += 1) {
    if (draws > 1 && penaltyOf(best.stats) < SICK_PENALTY) break;
    const other = drawOther(candidates, random, best.candidate);
    if (other === undefined) break;
    best = better(best, entryOf(other));
  }
  return best.candidate;
};

interface Entry {
  readonly candidate: Candidate;
  readonly stats: DeploymentStats;
  readonly share: number;
}

function better(incumbent: Entry, challenger: Entry): Entry {
  const isKnown = incumbent.stats.latencyMs !== null && challenger.stats.latencyMs !== null;
  const underWay = incumbent.stats.inFlight + challenger.stats.inFlight;
  const shares = incumbent.share + challenger.share;
  const scoreOf = ({ stats, share }: Entry): number => {
    // A latency that nobody knows is taken to be the other's.
    const latency = isKnown ? Math.max(1, stats.latencyMs ?? 1) : 1;
    // How much busier than its share of both: at equal shares this is the proportion of 1 + the calls under way.
    const load = (1 + stats.inFlight) / (1 + (underWay * share) / shares);
    return latency * penaltyOf(stats) * load;
  };
  return scoreOf(challenger) * MARGIN < scoreOf(incumbent) ? challenger : incumbent;
}

/** 1 without errors, 2 at 10%, 17 at 20%, over 600 at 50%: a sick deployment is idle, and idleness must not outweigh it. */
const penaltyOf = ({ errorRate }: DeploymentStats): number => 1 + (errorRate / TOLERABLE_ERRORS) ** 4;

import type { StrategyArguments } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import type { Candidate } from '../group.js';
import type { RoutingView } from '../routing-view.js';

/** What a strategy may go by. */
export interface StrategyContext {
  readonly call: CallHeader;
  readonly view: RoutingView;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly args: StrategyArguments;
}

/** Picks one of the candidates, all of which may serve the call; undefined when there is none. */
export type Strategy = (candidates: readonly Candidate[], context: StrategyContext) => Candidate | undefined;

/** One of those with the lowest score, each with the same chance. */
export function lowest(
  candidates: readonly Candidate[],
  scoreOf: (candidate: Candidate) => number,
  random: () => number,
): Candidate | undefined {
  let best: Candidate | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  let equals = 0;
  for (const candidate of candidates) {
    const score = scoreOf(candidate);
    if (score < bestScore) {
      best = candidate;
      bestScore = score;
      equals = 1;
    } else if (score === bestScore) {
      // The nth of equals takes the place with a chance of 1/n, so in the end each has it with the same.
      equals += 1;
      if (random() * equals < 1) best = candidate;
    }
  }
  return best;
}

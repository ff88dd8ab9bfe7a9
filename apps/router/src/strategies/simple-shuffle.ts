import type { Candidate } from '../group.js';
import type { Strategy } from './strategy.js';

/** Places of `weight`, `rpm` and `tpm` in a candidate's shares. */
const METRICS = [0, 1, 2] as const;

/** LiteLLM's simple-shuffle: by chance, in the candidates' shares. */
export const simpleShuffle: Strategy = (candidates, { random }) => draw(candidates, random);

/**
 * One candidate by its share of the load: `weight`, else `rpm`, else `tpm`, the first of them that any candidate has; evenly
 * when none has any.
 * @param except is not drawn
 */
export function draw(
  candidates: readonly Candidate[],
  random: () => number,
  except?: Candidate,
): Candidate | undefined {
  if (candidates.length <= 1) return candidates[0] === except ? undefined : candidates[0];
  const metric = metricOf(candidates);
  let total = 0;
  for (const candidate of candidates) if (candidate !== except) total += shareBy(candidate, metric);
  let point = random() * total;
  let last: Candidate | undefined;
  for (const candidate of candidates) {
    const share = candidate === except ? 0 : shareBy(candidate, metric);
    if (share <= 0) continue;
    point -= share;
    if (point < 0) return candidate;
    last = candidate;
  }
  // Rounding may leave a last crumb: it belongs to the last one that has a share.
  return last;
}

/** Which metric the candidates share the load by; undefined: none of them has any. */
export function metricOf(candidates: readonly Candidate[]): (typeof METRICS)[number] | undefined {
  for (const metric of METRICS) {
    for (const { shares } of candidates) if (shares[metric] > 0) return metric;
  }
  return undefined;
}

export const shareBy = ({ shares }: Candidate, metric: (typeof METRICS)[number] | undefined): number =>
  metric === undefined ? 1 : shares[metric];

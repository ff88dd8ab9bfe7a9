import type { Candidate } from '../group.js';
import type { Strategy } from './strategy.js';

/** Places of `weight`, `rpm` and `tpm` in a candidate's shares. */
const METRICS = [0, 1, 2] as const;

/** LiteLLM's simple-shuffle: by chance, in the candidates' shares. */
export const simpleShuffle: Strategy = (candidates, { random }) => draw(candidates, random);

/**
 * One candidate by its share of the load: `weight`, else `rpm`, else `tpm`, the first of them that any candidate has; evenly
 * when none has any.
 */
export function draw(candidates: readonly Candidate[], random: () => number): Candidate | undefined {
  if (candidates.length <= 1) return candidates[0];
  const sums = sumsOf(candidates);
  const point = random() * (sums.at(-1) ?? 0);
  // The first whose sum is beyond the point.
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > point) high = middle;
    else low = middle + 1;
  }
  return candidates[low];
}

/** Like `draw`, but for one that is not drawn; undefined when no other has a share. */
export function drawOther(
  candidates: readonly Candidate[],
  random: () => number,
  except: Candidate,
): Candidate | undefined {
  const metric = metricOf(candidates);
  let total = -shareBy(except, metric);
  for (const candidate of candidates) total += shareBy(candidate, metric);
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

/** Shares added up along a list, worked out once for the lists that come again and again: a group's own. */
const known = new WeakMap<readonly Candidate[], Float64Array>();

function sumsOf(candidates: readonly Candidate[]): Float64Array {
  let sums = known.get(candidates);
  if (sums !== undefined) return sums;
  const metric = metricOf(candidates);
  let total = 0;
  sums = Float64Array.from(candidates, (candidate) => (total += shareBy(candidate, metric)));
  known.set(candidates, sums);
  return sums;
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

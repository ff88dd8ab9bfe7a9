import type { Candidate } from '../group.js';
import { lowest, type Strategy } from './strategy.js';

/**
 * LiteLLM's usage-based-routing and its v2: the fewest tokens this minute, as a share of `tpm` where every candidate has one.
 * Those over their `rpm` or `tpm` are no candidates (`filters/capacity.ts`). The prompts of calls under way are counted.
 */
export const usageBased: Strategy = (candidates, { view, random }) => {
  const byShare = candidates.every(({ deployment: { tpm } }) => tpm !== null && tpm > 0);
  const usedBy = ({ deployment: { id, tpm } }: Candidate): number => {
    const { tokensThisMinute } = view.stats(id);
    return byShare ? tokensThisMinute / (tpm ?? 1) : tokensThisMinute;
  };
  return lowest(candidates, usedBy, random);
};

import type { Candidate } from '../group.js';
import { lowest, type Strategy } from './strategy.js';

/**
 * LiteLLM's usage-based-routing and its v2: the fewest tokens this minute, as a share of `tpm` where every candidate has one.
 * Those over their `rpm` or `tpm` are no candidates (`filters/capacity.ts`). Calls under way have used tokens that nobody has
 * counted yet: each is taken to be as long as this one, or a burst would go to one deployment whole.
 */
export const usageBased: Strategy = (candidates, { call, view, random }) => {
  const byShare = candidates.every(({ deployment: { tpm } }) => tpm !== null && tpm > 0);
  const usedBy = ({ deployment: { id, tpm } }: Candidate): number => {
    const { tokensThisMinute, inFlight } = view.stats(id);
    const used = tokensThisMinute + inFlight * Math.max(1, call.inputTokens);
    return byShare ? used / (tpm ?? 1) : used;
  };
  return lowest(candidates, usedBy, random);
};

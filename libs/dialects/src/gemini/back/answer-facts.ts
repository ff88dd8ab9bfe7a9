import type { ServiceTier, Usage } from '@tollgate/contracts';
import type { AnswerFacts } from '../../codec/codec.js';
import { isObject, wordOf, type Json } from '../../json/json.js';
import { fieldOf } from '../../usage/count.js';
import { usageOfGemini } from '../../usage/gemini-usage.js';
import { serviceTierOf } from '../../usage/service-tier.js';
import { searchesOf } from '../grounding.js';

/** What the bill needs of one of Gemini's answers, whole or the latest of a stream. */
export function factsOfContent(answer: Json): AnswerFacts {
  const rawUsage = answer['usageMetadata'] ?? null;
  const { responseId } = answer;
  return {
    usage: withSearches(usageOfGemini(rawUsage), answer),
    rawUsage,
    serviceTier: tierOf(rawUsage),
    responseId: typeof responseId === 'string' && responseId !== '' ? responseId : null,
  };
}

function withSearches(usage: Usage | null, { candidates, modelVersion }: Json): Usage | null {
  if (usage === null || !Array.isArray(candidates)) return usage;
  const searches = candidates.reduce<number>(
    (sum, candidate) => sum + searchesOf(fieldOf(candidate, 'groundingMetadata'), modelVersion),
    0,
  );
  return searches === 0 ? usage : { ...usage, searches };
}

/** NOTE Vertex tells the tier as a kind of traffic: `ON_DEMAND_FLEX`. */
function tierOf(usage: unknown): ServiceTier | null {
  if (!isObject(usage)) return null;
  const { serviceTier, trafficType } = usage;
  const word = typeof serviceTier === 'string' ? serviceTier : wordOf(trafficType).replace('ON_DEMAND_', '');
  return serviceTierOf(word.toLowerCase());
}

import { promptTokens, type Usage } from '@tollgate/contracts';
import type { AnswerFacts, AnswerOptions } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { present } from '../json/present.js';
import { usageOfInput } from '../usage/plain-usage.js';

/** A canonical answer of vectors. */
export const embeddingAnswer = (
  vectors: readonly unknown[],
  usage: Usage | null,
  { model }: AnswerOptions,
): Json => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model,
  ...present({ usage: usage === null ? undefined : inputUsage(usage) }),
});

/** OpenAI's usage of what is read alone. */
export const inputUsage = (usage: Usage): Json => ({
  prompt_tokens: promptTokens(usage),
  total_tokens: promptTokens(usage),
});

/** Facts of an answer whose usage is OpenAI's, or a total alone. */
export function factsOfInput(answer: Json): AnswerFacts {
  const rawUsage = answer['usage'] ?? null;
  const { id } = answer;
  return {
    usage: usageOfInput(rawUsage),
    rawUsage,
    serviceTier: null,
    responseId: typeof id === 'string' && id !== '' ? id : null,
  };
}

import { NO_USAGE, promptTokens, type Usage } from '@tollgate/contracts';
import type { AnswerFacts } from '../../codec/codec.js';
import { listAt, objectAt, type Json } from '../../json/json.js';
import { fieldOf, firstCount } from '../../usage/count.js';
import { usageOfGemini } from '../../usage/gemini-usage.js';
import { usageOfInput } from '../../usage/plain-usage.js';

/** NOTE most of Gemini's models tell no usage of embeddings. */
export function factsOfEmbed(answer: Json): AnswerFacts {
  const rawUsage = answer['usageMetadata'] ?? null;
  return { usage: usageOfGemini(rawUsage), rawUsage, serviceTier: null, responseId: null };
}

/** The vectors of Gemini's answers: of one text, or of a list. */
export const valuesOf = (embeddings: readonly unknown[], field: string): unknown[] =>
  embeddings.map((embedding, index) =>
    listAt(
      objectAt(embedding, `${field}[${index}]`, 'answer')['values'],
      `${field}[${index}].values`,
      'answer',
    ),
  );

/** Gemini's usage beside its vectors; nothing where none is known. */
export function embedUsage(canonical: Json): Json {
  const usage = usageOfInput(canonical['usage']);
  return usage === null ? {} : { usageMetadata: { promptTokenCount: promptTokens(usage) } };
}

/** Vertex counts the tokens of each text. */
export function factsOfPredict(answer: Json): AnswerFacts {
  const predictions: readonly unknown[] = Array.isArray(answer['predictions']) ? answer['predictions'] : [];
  const statistics = predictions.map((each) => fieldOf(fieldOf(each, 'embeddings'), 'statistics'));
  const told = statistics.filter((each) => fieldOf(each, 'token_count') !== undefined);
  return {
    usage: told.length === 0 ? null : usageOfTexts(told),
    rawUsage: told.length === 0 ? null : statistics,
    serviceTier: null,
    responseId: null,
  };
}

const usageOfTexts = (statistics: readonly unknown[]): Usage => ({
  ...NO_USAGE,
  input: statistics.reduce<number>((sum, each) => sum + firstCount(fieldOf(each, 'token_count')), 0),
});

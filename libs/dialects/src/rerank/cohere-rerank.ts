import type { AnswerFacts, Codec } from '../codec/codec.js';
import { factsOfCohere } from '../cohere/cohere-to-chat.js';
import { isObject, type Json } from '../json/json.js';
import { rerankResults, withDocuments } from './rerank-answer.js';

/** Cohere's reranking: the canonical form of it. */
export const cohereRerank: Codec = {
  dialect: 'cohere-rerank',
  front: {
    toCanonical: (request) => request,
    fromCanonical: (answer, { request }) => {
      const results = rerankResults(answer['results'], 'results');
      return {
        ...answer,
        results: request['return_documents'] === true ? withDocuments(results, request) : results,
      };
    },
  },
  back: {
    fromCanonical: ({ stream: _stream, ...request }) => ({ body: request, dropped: [] }),
    toCanonical: (answer) => ({ ...answer, results: rerankResults(answer['results'], 'results') }),
    facts,
  },
};

/** NOTE OpenRouter, which speaks Cohere's words, tells its units in a `usage` of its own. */
function facts(answer: Json): AnswerFacts {
  const told = factsOfCohere(answer);
  const { usage } = answer;
  return told.usage === null && isObject(usage)
    ? { ...factsOfCohere({ ...answer, usage: { billed_units: usage } }), rawUsage: usage }
    : told;
}

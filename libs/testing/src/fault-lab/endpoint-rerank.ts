import { list, record, text } from './json.js';
import { tokensOf, wordsOf, type PlainEndpoint } from './plain-endpoint.js';

/** Cohere's rerank: a document is as relevant as the share of the query's words that is in it. */
export const rerank: PlainEndpoint = (asked) => {
  const query = text(asked['query']);
  const documents = list(asked['documents']).map((own) => text(own) || text(record(own)['text']));
  if (query === '' || documents.length === 0) throw new TypeError('query and documents are required');
  const { top_n: count, return_documents: returns } = asked;
  const results = documents
    .map((own, index) => ({
      ...{ index, relevance_score: relevance(query, own) },
      ...(returns === true && { document: { text: own } }),
    }))
    .sort((left, right) => right.relevance_score - left.relevance_score || left.index - right.index)
    .slice(0, typeof count === 'number' ? count : undefined);
  const promptTokens = tokensOf([query, ...documents]);
  const meta = { api_version: { version: '2' }, billed_units: { search_units: 1 } };
  return (step, id) => ({ body: { id, results, ...(step.noUsage !== true && { meta }) }, promptTokens });
};

function relevance(query: string, document: string): number {
  const words = new Set(wordsOf(document));
  const asked = wordsOf(query);
  return asked.length === 0 ? 0 : asked.filter((word) => words.has(word)).length / asked.length;
}

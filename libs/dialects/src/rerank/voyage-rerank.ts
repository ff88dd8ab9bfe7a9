import type { BackOptions, Codec } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { factsOfInput } from '../embeddings/embedding-answer.js';
import type { Json } from '../json/json.js';
import { present } from '../json/present.js';
import { rerankResults } from './rerank-answer.js';
import { rerankQuery } from './rerank-request.js';
import { tokensMeta } from './tokens-meta.js';

/** Voyage's reranking. */
export const voyageRerank: Codec = {
  dialect: 'voyage-rerank',
  back: { fromCanonical: toVoyage, toCanonical: fromVoyage, facts: factsOfInput },
};

function toVoyage(request: Json, options: BackOptions): TranslatedRequest {
  const { query, documents, topN, returnDocuments, own, dropped } = rerankQuery(request, options, 'Voyage');
  const body: Json = {
    ...own,
    ...{ model: options.model, query, documents },
    ...present({ top_k: topN, return_documents: returnDocuments }),
  };
  return { body, dropped };
}

function fromVoyage(answer: Json): Json {
  return { results: rerankResults(answer['data'], 'data'), ...tokensMeta(factsOfInput(answer).usage) };
}

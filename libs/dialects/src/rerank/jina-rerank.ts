import { promptTokens } from '@tollgate/contracts';
import type { AnswerOptions, BackOptions, Codec, FrontOptions } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { usageOfCohere } from '../usage/cohere-usage.js';
import { factsOfInput } from '../embeddings/embedding-answer.js';
import type { Json } from '../json/json.js';
import { present } from '../json/present.js';
import { rerankResults, withDocuments } from './rerank-answer.js';
import { rerankQuery } from './rerank-request.js';
import { tokensMeta } from './tokens-meta.js';

/** Jina's reranking, which others have taken over. */
export const jinaRerank: Codec = {
  dialect: 'jina-rerank',
  front: { toCanonical: fromJina, fromCanonical: toJinaAnswer },
  back: { fromCanonical: toJina, toCanonical: fromJinaAnswer, facts: factsOfInput },
};

/** Jina gives the documents back unless it is told not to, Cohere only when it is told to. */
function toJina(request: Json, options: BackOptions): TranslatedRequest {
  const { query, documents, topN, returnDocuments, own, dropped } = rerankQuery(request, options, 'Jina');
  const body: Json = {
    ...own,
    ...{ model: options.model, query, documents },
    ...present({ top_n: topN }),
    return_documents: returnDocuments ?? false,
  };
  return { body, dropped };
}

function fromJinaAnswer(answer: Json): Json {
  const { id } = answer;
  return {
    ...present({ id: typeof id === 'string' ? id : undefined }),
    results: rerankResults(answer['results'], 'results'),
    ...tokensMeta(factsOfInput(answer).usage),
  };
}

function fromJina(request: Json, { model }: FrontOptions): Json {
  return { ...request, model, return_documents: request['return_documents'] ?? true };
}

function toJinaAnswer(answer: Json, { model, request }: AnswerOptions): Json {
  const results = rerankResults(answer['results'], 'results');
  const usage = usageOfCohere(answer['meta']);
  return {
    model,
    object: 'list',
    results: request['return_documents'] === false ? results : withDocuments(results, request),
    usage: { total_tokens: usage === null ? 0 : promptTokens(usage) },
  };
}

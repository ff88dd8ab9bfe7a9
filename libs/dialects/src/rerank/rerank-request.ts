import type { BackOptions } from '../codec/codec.js';
import {
  isObject,
  listAt,
  objectAt,
  optionalList,
  stringAt,
  wrongType,
  type Json,
  wordOf,
} from '../json/json.js';
import { Refusals } from '../refusals.js';

/** Of a canonical request, what every provider of reranking reads. */
export interface RerankQuery {
  readonly query: string;
  readonly documents: readonly string[];
  readonly topN: unknown;
  readonly returnDocuments: unknown;
  /** Fields of the provider's own. */
  readonly own: Json;
  readonly dropped: string[];
}

const CONSUMED = new Set([
  ...['model', 'query', 'documents', 'top_n', 'return_documents', 'rank_fields', 'stream', 'user'],
  ...['max_chunks_per_doc', 'max_tokens_per_doc'],
]);

/** Documents as texts, which is all that providers other than Cohere rank. */
export function rerankQuery(request: Json, { dropParams }: BackOptions, target: string): RerankQuery {
  const refusals = new Refusals(dropParams, target);
  for (const field of ['max_chunks_per_doc', 'max_tokens_per_doc'])
    if (request[field] !== undefined && request[field] !== null) refusals.refuse(field);
  const fields = optionalList(request['rank_fields'], 'rank_fields', 'request');
  const documents = listAt(request['documents'], 'documents', 'request');
  const own = Object.entries(request).filter(([name, value]) => !CONSUMED.has(name) && value !== null);
  return {
    query: stringAt(request['query'], 'query', 'request'),
    documents: documents.map((document, index) => textOf(document, fields, `documents[${index}]`)),
    topN: request['top_n'] ?? undefined,
    returnDocuments: request['return_documents'] ?? undefined,
    own: Object.fromEntries(own),
    dropped: refusals.dropped,
  };
}

function textOf(value: unknown, fields: readonly unknown[], field: string): string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) throw wrongType('request', field, 'a string or an object');
  if (fields.length > 0)
    return fields.map((name) => `${wordOf(name)}: ${plain(value[wordOf(name)])}`).join('\n');
  return value['text'] === undefined ? plain(objectAt(value, field, 'request')) : plain(value['text']);
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

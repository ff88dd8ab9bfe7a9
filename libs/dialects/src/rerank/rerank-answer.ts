import { listAt, objectAt, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { firstCount } from '../usage/count.js';

/** Results of an answer in Cohere's form: a document that is a text gets an object around it. */
export function rerankResults(value: unknown, name: string): Json[] {
  return listAt(value, name, 'answer').map((entry, index) => {
    const result = objectAt(entry, `${name}[${index}]`, 'answer');
    const { document } = result;
    return {
      index: firstCount(result['index']),
      relevance_score: result['relevance_score'] ?? result['score'] ?? 0,
      ...present({ document: typeof document === 'string' ? { text: document } : (document ?? undefined) }),
    };
  });
}

/** What the results leave out, from the caller's own documents, where the caller wants them back. */
export function withDocuments(results: readonly Json[], request: Json): Json[] {
  const documents: readonly unknown[] = Array.isArray(request['documents']) ? request['documents'] : [];
  return results.map((result) => {
    const document = documents[firstCount(result['index'])];
    if (result['document'] !== undefined || document === undefined) return result;
    return { ...result, document: typeof document === 'string' ? { text: document } : document };
  });
}

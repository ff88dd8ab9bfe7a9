import type { BackOptions, Codec } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import type { Json } from '../json/json.js';
import { present } from '../json/present.js';
import { wordTable } from '../json/word-table.js';
import { factsOfInput } from './embedding-answer.js';
import { cutsOf, encodingOf, ownFieldsOf, purposeOf, textsOf } from './embedding-request.js';

/** Jina's embeddings: OpenAI's answer, and a request with names of its own. */
export const jinaEmbed: Codec = {
  dialect: 'jina-embed',
  back: { fromCanonical: toJina, toCanonical: (answer) => answer, facts: factsOfInput },
};

/** Jina's words for what a text is for. */
const TASKS: Readonly<Record<string, string>> = wordTable({
  query: 'retrieval.query',
  document: 'retrieval.passage',
  classification: 'classification',
  clustering: 'separation',
});

function toJina(request: Json, { model }: BackOptions): TranslatedRequest {
  const purpose = purposeOf(request);
  const body: Json = {
    ...ownFieldsOf(request),
    model,
    input: textsOf(request, 'Jina'),
    ...present({
      task: request['task'] ?? (purpose === undefined ? undefined : (TASKS[purpose] ?? purpose)),
      dimensions: request['dimensions'] ?? undefined,
      truncate: cutsOf(request),
      embedding_type: encodingOf(request) === 'base64' ? 'base64' : undefined,
    }),
  };
  return { body, dropped: [] };
}

import type { BackOptions, Codec } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { isObject, listAt, type Json } from '../json/json.js';
import { Refusals } from '../refusals.js';
import { factsOfInput } from './embedding-answer.js';
import { cutsOf, encodingOf } from './embedding-request.js';
import { vectorAs } from './vectors.js';

/** OpenAI's embeddings: the canonical form of embeddings. Vectors come in the encoding that the caller asked for. */
export const openAiEmbeddings: Codec = {
  dialect: 'openai-embeddings',
  front: {
    toCanonical: (request) => request,
    fromCanonical: (answer, { model, request }) => {
      const encoding = encodingOf(request);
      const data = listAt(answer['data'], 'data', 'answer').map((item) =>
        isObject(item) ? { ...item, embedding: vectorAs(encoding, item['embedding']) } : item,
      );
      return { ...answer, data, model };
    },
  },
  back: {
    fromCanonical: toOpenAi,
    toCanonical: (answer) => answer,
    facts: factsOfInput,
  },
};

/** What a text is for is a hint that OpenAI's models do without; they never cut a text. */
function toOpenAi(
  { input_type: _purpose, truncate, stream: _stream, ...request }: Json,
  { dropParams }: BackOptions,
): TranslatedRequest {
  const refusals = new Refusals(dropParams, 'An OpenAI-shaped provider');
  if (cutsOf({ truncate }) === true) refusals.refuse('truncate');
  return { body: request, dropped: refusals.dropped };
}

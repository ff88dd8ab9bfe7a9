import type { Codec } from '../codec/codec.js';
import { factsOfInput } from '../embeddings/embedding-answer.js';
import { isObject, listAt, objectAt, type Json } from '../json/json.js';

/** OpenAI's moderations: the canonical form of them. */
export const openAiModerations: Codec = {
  dialect: 'openai-moderations',
  front: {
    toCanonical: (request) => request,
    fromCanonical: (answer, { model }) => ({ ...answer, model }),
  },
  back: {
    fromCanonical: ({ stream: _stream, ...request }) => ({ body: request, dropped: [] }),
    toCanonical: (answer) => answer,
    facts: factsOfInput,
  },
};

/** Mistral's moderations: OpenAI's, with other categories and without the verdict. */
export const mistralModerations: Codec = {
  dialect: 'mistral-moderations',
  back: {
    fromCanonical: ({ stream: _stream, ...request }) => ({ body: request, dropped: [] }),
    toCanonical: (answer) => ({
      ...answer,
      results: listAt(answer['results'], 'results', 'answer').map((result, index) =>
        judged(objectAt(result, `results[${index}]`, 'answer')),
      ),
    }),
    facts: factsOfInput,
  },
};

function judged(result: Json): Json {
  const categories = isObject(result['categories']) ? Object.values(result['categories']) : [];
  return { flagged: categories.includes(true), ...result };
}

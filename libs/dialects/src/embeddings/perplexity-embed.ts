import type { BackOptions, Codec } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { isObject, listAt, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { factsOfInput } from './embedding-answer.js';
import { ownFieldsOf, textsOf } from './embedding-request.js';

/** Perplexity's embeddings: OpenAI's, but for vectors of 8-bit numbers, which clients would read as floats. */
export const perplexityEmbed: Codec = {
  dialect: 'perplexity-embed',
  back: { fromCanonical: toPerplexity, toCanonical: fromPerplexity, facts: factsOfInput },
};

function toPerplexity(request: Json, { model }: BackOptions): TranslatedRequest {
  const body: Json = {
    ...ownFieldsOf(request),
    ...{ model, input: textsOf(request, 'Perplexity'), encoding_format: 'base64_int8' },
    ...present({ dimensions: request['dimensions'] ?? undefined }),
  };
  return { body, dropped: [] };
}

function fromPerplexity(answer: Json): Json {
  const data = listAt(answer['data'], 'data', 'answer').map((item) =>
    isObject(item) && typeof item['embedding'] === 'string'
      ? { ...item, embedding: [...new Int8Array(Buffer.from(item['embedding'], 'base64'))] }
      : item,
  );
  return { ...answer, data };
}

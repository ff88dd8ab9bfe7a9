import type { AnswerOptions, BackOptions, Codec } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import type { Json } from '../json/json.js';
import { present } from '../json/present.js';
import { factsOfInput, inputUsage } from './embedding-answer.js';
import { cutsOf, encodingOf, ownFieldsOf, purposeOf, textsOf } from './embedding-request.js';

/** Voyage's embeddings: OpenAI's answer, and a request with names of its own. */
export const voyageEmbed: Codec = {
  dialect: 'voyage-embed',
  back: { fromCanonical: toVoyage, toCanonical: fromVoyage, facts: factsOfInput },
};

/** Voyage tells queries from documents and knows no other use. */
const PURPOSES: readonly unknown[] = ['query', 'document'];

function toVoyage(request: Json, { model }: BackOptions): TranslatedRequest {
  const purpose = purposeOf(request);
  const body: Json = {
    ...ownFieldsOf(request),
    model,
    input: textsOf(request, 'Voyage'),
    ...present({
      input_type: PURPOSES.includes(purpose) ? purpose : undefined,
      output_dimension: request['dimensions'] ?? undefined,
      truncation: cutsOf(request),
      // Floats have no name there: they are what comes unasked.
      encoding_format: encodingOf(request) === 'base64' ? 'base64' : undefined,
    }),
  };
  return { body, dropped: [] };
}

/** Voyage tells the total of tokens alone. */
function fromVoyage(answer: Json, { model }: AnswerOptions): Json {
  const { usage } = factsOfInput(answer);
  return { ...answer, model, ...present({ usage: usage === null ? undefined : inputUsage(usage) }) };
}

import { NO_USAGE } from '@tollgate/contracts';
import type { AnswerFacts, AnswerOptions, Codec } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { listAt, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { Refusals } from '../refusals.js';
import { countOf } from '../usage/count.js';
import { embeddingAnswer } from './embedding-answer.js';
import { ownFieldsOf, textsOf } from './embedding-request.js';

const TARGET = 'Amazon Titan';

/** The embeddings of Amazon's Titan on Bedrock: of one text each. */
export const titanEmbed: Codec = {
  dialect: 'titan-embed',
  back: { fromCanonical: toTitan, toCanonical: fromTitan, facts },
};

function toTitan(request: Json): TranslatedRequest {
  const [inputText, ...others] = textsOf(request, TARGET);
  // A part of the texts would be no answer.
  if (others.length > 0) new Refusals(false, TARGET).refuse('input', 'more than one text');
  const dimensions = request['dimensions'] ?? undefined;
  return { body: { ...ownFieldsOf(request), ...present({ inputText, dimensions }) }, dropped: [] };
}

function fromTitan(answer: Json, options: AnswerOptions): Json {
  return embeddingAnswer([listAt(answer['embedding'], 'embedding', 'answer')], facts(answer).usage, options);
}

function facts({ inputTextTokenCount: count }: Json): AnswerFacts {
  const input = countOf(count);
  return {
    usage: input === undefined ? null : { ...NO_USAGE, input },
    rawUsage: count === undefined ? null : { inputTextTokenCount: count },
    serviceTier: null,
    responseId: null,
  };
}

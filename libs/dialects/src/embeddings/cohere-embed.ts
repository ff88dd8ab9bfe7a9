import { promptTokens } from '@tollgate/contracts';
import type { AnswerOptions, BackOptions, Codec, FrontOptions } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { factsOfCohere } from '../cohere/cohere-to-chat.js';
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
import { present } from '../json/present.js';
import { wordTable } from '../json/word-table.js';
import { Refusals } from '../refusals.js';
import { usageOfInput } from '../usage/plain-usage.js';
import { embeddingAnswer } from './embedding-answer.js';
import { ownFieldsOf, purposeOf, textsOf } from './embedding-request.js';
import { vectorsOf, type Encoding } from './vectors.js';

/** Cohere's embeddings of its v2 API. */
export const cohereEmbed: Codec = {
  dialect: 'cohere-embed',
  front: { toCanonical: fromCohere, fromCanonical: toCohereAnswer },
  back: { fromCanonical: toCohere, toCanonical: fromCohereAnswer, facts: factsOfCohere },
};

const PURPOSES: Readonly<Record<string, string>> = wordTable({
  query: 'search_query',
  document: 'search_document',
});

/** Cohere requires to be told what a text is for: a document, unless the caller says otherwise. */
function toCohere(request: Json, { model }: BackOptions): TranslatedRequest {
  const purpose = purposeOf(request) ?? 'document';
  const body: Json = {
    ...ownFieldsOf(request),
    model,
    texts: textsOf(request, 'Cohere'),
    input_type: PURPOSES[purpose] ?? purpose,
    embedding_types: ['float'],
    ...present({
      output_dimension: request['dimensions'] ?? undefined,
      truncate: request['truncate'] ?? undefined,
    }),
  };
  return { body, dropped: [] };
}

/** NOTE the v1 API has the vectors without their type around them. */
function fromCohereAnswer(answer: Json, options: AnswerOptions): Json {
  const { embeddings } = answer;
  const vectors = isObject(embeddings)
    ? (embeddings['float'] ?? embeddings['base64'] ?? Object.values(embeddings)[0])
    : embeddings;
  const { usage, responseId } = factsOfCohere(answer);
  return {
    ...present({ id: responseId ?? undefined }),
    ...embeddingAnswer(listAt(vectors, 'embeddings', 'answer'), usage, options),
  };
}

const ENCODINGS: readonly unknown[] = ['float', 'base64'];

function fromCohere(request: Json, { model, dropParams }: FrontOptions): Json {
  const refusals = new Refusals(dropParams, 'A provider other than Cohere');
  const { texts, inputs, images, embedding_types: types, output_dimension: dimensions, ...rest } = request;
  if (optionalList(images, 'images', 'request').length > 0) refusals.refuse('images');
  const kinds = optionalList(types, 'embedding_types', 'request');
  if (!kinds.every((kind) => ENCODINGS.includes(kind)))
    refusals.refuse('embedding_types', 'other than float');
  const more = Object.entries(rest).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(more),
    model,
    input: inputOf(texts, inputs, refusals),
    ...present({ dimensions: dimensions ?? undefined }),
  };
}

function inputOf(texts: unknown, inputs: unknown, refusals: Refusals): string[] {
  if (texts !== undefined && texts !== null) {
    const list = listAt(texts, 'texts', 'request');
    return list.map((text, index) => stringAt(text, `texts[${index}]`, 'request'));
  }
  if (inputs === undefined || inputs === null) throw wrongType('request', 'texts', 'a list of strings');
  return listAt(inputs, 'inputs', 'request').map((value, index) => {
    const field = `inputs[${index}]`;
    const parts = listAt(objectAt(value, field, 'request')['content'], `${field}.content`, 'request');
    return parts.map((part, at) => textOf(part, `${field}.content[${at}]`, refusals)).join('\n');
  });
}

function textOf(value: unknown, field: string, refusals: Refusals): string {
  const part = objectAt(value, field, 'request');
  if (part['type'] === 'text') return stringAt(part['text'], `${field}.text`, 'request');
  refusals.refuse(field, `content of type '${wordOf(part['type'])}'`);
  return '';
}

function toCohereAnswer(answer: Json, { request }: AnswerOptions): Json {
  const asked = Array.isArray(request['embedding_types']) ? request['embedding_types'] : [];
  const kinds = ENCODINGS.filter((kind) => asked.includes(kind)) as Encoding[];
  const encodings: readonly Encoding[] = kinds.length > 0 ? kinds : ['float'];
  const usage = usageOfInput(answer['usage']);
  return {
    id: typeof answer['id'] === 'string' ? answer['id'] : '',
    embeddings: Object.fromEntries(encodings.map((encoding) => [encoding, vectorsOf(answer, encoding)])),
    texts: Array.isArray(request['texts']) ? request['texts'] : [],
    meta: {
      api_version: { version: '2' },
      ...(usage !== null && { billed_units: { input_tokens: promptTokens(usage) } }),
    },
    response_type: 'embeddings_by_type',
  };
}

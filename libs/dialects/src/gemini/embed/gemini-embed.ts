import type { Codec, FrontOptions } from '../../codec/codec.js';
import { embeddingAnswer } from '../../embeddings/embedding-answer.js';
import { ownFieldsOf, textsOf } from '../../embeddings/embedding-request.js';
import { vectorsOf } from '../../embeddings/vectors.js';
import { listAt, objectAt, type Json } from '../../json/json.js';
import { Refusals } from '../../refusals.js';
import { embedUsage, factsOfEmbed, factsOfPredict, valuesOf } from './embed-answer.js';
import { canonicalEmbed, embedSettingsOf } from './embed-request.js';

const foreign = ({ dropParams }: { readonly dropParams: boolean }): Refusals =>
  new Refusals(dropParams, 'A provider other than Google');

const contentOf = (text: string): Json => ({ content: { parts: [{ text }] } });

/** Gemini's `embedContent`: of one text. */
export const geminiEmbed: Codec = {
  dialect: 'gemini-embed',
  front: {
    toCanonical: (request, options) => ({
      ...canonicalEmbed(request, '', foreign(options)),
      model: options.model,
    }),
    fromCanonical: (answer) => ({
      embedding: { values: vectorsOf(answer, 'float')[0] ?? [] },
      ...embedUsage(answer),
    }),
  },
  back: {
    fromCanonical: (request, { dropParams }) => {
      const refusals = new Refusals(dropParams, 'Gemini');
      const [text = '', ...others] = textsOf(request, 'Gemini');
      if (others.length > 0) refusals.refuse('input', 'more than one text');
      const body = { ...ownFieldsOf(request), ...contentOf(text), ...embedSettingsOf(request) };
      return { body, dropped: refusals.dropped };
    },
    toCanonical: (answer, options) =>
      embeddingAnswer(valuesOf([answer['embedding']], 'embedding'), factsOfEmbed(answer).usage, options),
    facts: factsOfEmbed,
  },
};

/** Gemini's `batchEmbedContents`: of a list of texts. */
export const geminiBatchEmbed: Codec = {
  dialect: 'gemini-batch-embed',
  front: {
    toCanonical: fromBatch,
    fromCanonical: (answer) => ({
      embeddings: vectorsOf(answer, 'float').map((values) => ({ values })),
      ...embedUsage(answer),
    }),
  },
  back: {
    fromCanonical: (request, { model }) => {
      const shared = { ...ownFieldsOf(request), ...embedSettingsOf(request) };
      const requests = textsOf(request, 'Gemini').map((text) => ({
        model: `models/${model}`,
        ...contentOf(text),
        ...shared,
      }));
      return { body: { requests }, dropped: [] };
    },
    toCanonical: (answer, options) => {
      const vectors = valuesOf(listAt(answer['embeddings'], 'embeddings', 'answer'), 'embeddings');
      return embeddingAnswer(vectors, factsOfEmbed(answer).usage, options);
    },
    facts: factsOfEmbed,
  },
};

/** All texts of a canonical request are for the same: what differs from the first is refused. */
function fromBatch(request: Json, options: FrontOptions): Json {
  const refusals = foreign(options);
  const asked = listAt(request['requests'], 'requests', 'request').map((each, index) => {
    const field = `requests[${index}]`;
    return canonicalEmbed(objectAt(each, field, 'request'), `${field}.`, refusals);
  });
  const { input: _input, ...shared } = asked[0] ?? {};
  asked.forEach(({ input: _text, ...own }, index) => {
    if (JSON.stringify(own) !== JSON.stringify(shared))
      refusals.refuse(`requests[${index}]`, 'other settings than the first request has');
  });
  return { ...shared, input: asked.map(({ input }) => input), model: options.model };
}

/** Vertex's `predict` of its embedding models. */
export const vertexPredict: Codec = {
  dialect: 'vertex-predict',
  back: {
    fromCanonical: (request) => {
      const { taskType, outputDimensionality, autoTruncate } = embedSettingsOf(request);
      const { title, ...own } = ownFieldsOf(request);
      const instances = textsOf(request, 'Vertex').map((content) => ({
        content,
        ...(taskType !== undefined && { task_type: taskType }),
        ...(title !== undefined && { title }),
      }));
      const parameters = {
        ...(outputDimensionality !== undefined && { outputDimensionality }),
        ...(autoTruncate !== undefined && { autoTruncate }),
      };
      const body = { ...own, instances, ...(Object.keys(parameters).length > 0 && { parameters }) };
      return { body, dropped: [] };
    },
    toCanonical: (answer, options) => {
      const predictions = listAt(answer['predictions'], 'predictions', 'answer').map((each, index) =>
        objectAt(each, `predictions[${index}]`, 'answer'),
      );
      const vectors = valuesOf(
        predictions.map((each) => each['embeddings']),
        'predictions',
      );
      return embeddingAnswer(vectors, factsOfPredict(answer).usage, options);
    },
    facts: factsOfPredict,
  },
};

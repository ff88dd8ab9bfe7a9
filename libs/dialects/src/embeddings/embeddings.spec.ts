import { GatewayError } from '@tollgate/contracts';
import { codecOf } from '../codec/codecs.js';
import type { Codec } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { ANSWER_OPTIONS, fuzzCodec } from '../testing/fuzz-codec.js';
import { cohereEmbed } from './cohere-embed.js';
import { jinaEmbed } from './jina-embed.js';
import { ollamaEmbed } from './ollama-embed.js';
import { openAiEmbeddings } from './openai-embeddings.js';
import { decodedVector, encodedVector } from './vectors.js';
import { perplexityEmbed } from './perplexity-embed.js';
import { voyageEmbed } from './voyage-embed.js';

const options = { model: 'own', stream: false, dropParams: false, defaultMaxTokens: 1 };
const vectors = [
  [0.5, -1.25],
  [2, 0],
];
const canonical = {
  object: 'list',
  model: 'seen',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  usage: { prompt_tokens: 4, total_tokens: 4 },
};

const asked = (codec: Codec, request: Json): Json =>
  codec.back!.fromCanonical({ model: 'x', input: ['a', 'b'], ...request }, options).body;
const read = (codec: Codec, answer: Json): Json => codec.back!.toCanonical(answer, ANSWER_OPTIONS);
const given = (codec: Codec, request: Json, answer: Json = canonical): Json =>
  codec.front!.fromCanonical(answer, { ...ANSWER_OPTIONS, request });

function failureOf(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('vectors', () => {
  it('are base64 of little-endian 32-bit floats', () => {
    expect(encodedVector([0.5, -1.25])).toBe('AAAAPwAAoL8=');
    expect(decodedVector('AAAAPwAAoL8=')).toEqual([0.5, -1.25]);
  });

  it.each([
    ['base64', [0.5, -1.25], 'AAAAPwAAoL8='],
    ['base64', 'AAAAPwAAoL8=', 'AAAAPwAAoL8='],
    ['float', 'AAAAPwAAoL8=', [0.5, -1.25]],
    [undefined, 'AAAAPwAAoL8=', [0.5, -1.25]],
  ])("come as OpenAI's caller wants them: %s", (format, embedding, expected) => {
    const answer = { ...canonical, data: [{ object: 'embedding', index: 0, embedding }] };
    expect(given(openAiEmbeddings, { encoding_format: format }, answer)).toMatchObject({
      data: [{ embedding: expected }],
    });
  });
});

describe('a request for embeddings', () => {
  const full = { dimensions: 8, encoding_format: 'base64', user: 'u', input_type: 'query', stream: false };

  it.each<[string, Codec, Json]>([
    [
      'Cohere',
      cohereEmbed,
      {
        ...{ model: 'own', texts: ['a', 'b'], input_type: 'search_query' },
        ...{ embedding_types: ['float'], output_dimension: 8 },
      },
    ],
    ['Ollama', ollamaEmbed, { model: 'own', input: ['a', 'b'], dimensions: 8 }],
    [
      'Voyage',
      voyageEmbed,
      {
        ...{ model: 'own', input: ['a', 'b'], input_type: 'query' },
        ...{ output_dimension: 8, encoding_format: 'base64' },
      },
    ],
    [
      'Jina',
      jinaEmbed,
      {
        ...{ model: 'own', input: ['a', 'b'], task: 'retrieval.query' },
        ...{ dimensions: 8, embedding_type: 'base64' },
      },
    ],
  ])("is put in %s's words", (_name, codec, expected) => {
    expect(asked(codec, full)).toEqual(expected);
  });

  it("is for documents where Cohere's must be told and the caller says nothing", () => {
    expect(asked(cohereEmbed, { input: 'a' })).toMatchObject({ texts: ['a'], input_type: 'search_document' });
    expect(asked(voyageEmbed, { input_type: 'classification' })['input_type']).toBeUndefined();
  });

  it.each([cohereEmbed, ollamaEmbed, voyageEmbed, jinaEmbed])(
    'of tokens instead of texts is refused: $dialect',
    (codec) => {
      expect(failureOf(() => asked(codec, { input: [1, 2] })).options.param).toBe('input');
      expect(failureOf(() => asked(codec, { input: [['x']] })).options.param).toBe('input');
      expect(failureOf(() => asked(codec, { input: 7 })).code).toBe('invalid_request');
    },
  );

  it('has what a text is for as a hint that OpenAI does without; cutting is more than a hint', () => {
    expect(asked(openAiEmbeddings, { input_type: 'query', truncate: 'NONE' })).toEqual({
      model: 'x',
      input: ['a', 'b'],
    });
    expect(failureOf(() => asked(openAiEmbeddings, { truncate: 'END' })).options.param).toBe('truncate');
  });
});

describe('answers with embeddings', () => {
  it("of Cohere, by type or as the v1 API's list", () => {
    const meta = { billed_units: { input_tokens: 4 } };
    for (const embeddings of [{ float: vectors }, vectors])
      expect(read(cohereEmbed, { embeddings, meta })).toEqual(canonical);
    expect(
      cohereEmbed.back!.facts({ meta: { billed_units: { image_tokens: 9, input_tokens: 1 } } }),
    ).toMatchObject({
      usage: { input: 1, imageInput: 9 },
    });
  });

  it('of Ollama, old and new', () => {
    expect(read(ollamaEmbed, { embeddings: vectors, prompt_eval_count: 4 })).toEqual(canonical);
    expect(read(ollamaEmbed, { embedding: vectors[0] })).toMatchObject({ data: [{ embedding: vectors[0] }] });
  });

  it('of Voyage, whose usage is a total', () => {
    const answer = { ...canonical, usage: { total_tokens: 4 } };
    expect(read(voyageEmbed, answer)).toEqual(canonical);
    expect(voyageEmbed.back!.facts(answer).usage).toMatchObject({ input: 4 });
  });
});

it("Perplexity's vectors are of whole numbers of 8 bits, in base64", () => {
  const embedding = Buffer.from([1, 0xff, 0x80]).toString('base64');
  const answer = { ...canonical, data: [{ object: 'embedding', index: 0, embedding }] };
  expect(read(perplexityEmbed, answer)).toMatchObject({ data: [{ embedding: [1, -1, -128] }] });
  expect(asked(perplexityEmbed, { encoding_format: 'base64', dimensions: 8 })).toEqual({
    ...{ model: 'own', input: ['a', 'b'], dimensions: 8, encoding_format: 'base64_int8' },
  });
});

describe("a caller of Cohere's", () => {
  const request = { texts: ['a', 'b'], input_type: 'search_query', embedding_types: ['float', 'base64'] };

  it('gets every type that was asked for', () => {
    expect(cohereEmbed.front!.toCanonical({ ...request, output_dimension: 8 }, options)).toEqual({
      ...{ model: 'own', input: ['a', 'b'], input_type: 'search_query', dimensions: 8 },
    });
    expect(given(cohereEmbed, request)).toMatchObject({
      embeddings: { float: vectors, base64: vectors.map(encodedVector) },
      texts: ['a', 'b'],
      meta: { billed_units: { input_tokens: 4 } },
      response_type: 'embeddings_by_type',
    });
  });

  it('may have texts among inputs, and no images', () => {
    const input = (part: Json): Json => ({ inputs: [{ content: [part] }] });
    const text = cohereEmbed.front!.toCanonical(input({ type: 'text', text: 'a' }), options);
    expect(text['input']).toEqual(['a']);
    const image = input({ type: 'image_url', image_url: {} });
    expect(failureOf(() => cohereEmbed.front!.toCanonical(image, options)).options.param).toBe(
      'inputs[0].content[0]',
    );
    const bits = { texts: ['a'], embedding_types: ['ubinary'] };
    expect(failureOf(() => cohereEmbed.front!.toCanonical(bits, options)).options.param).toBe(
      'embedding_types',
    );
  });
});

describe("a caller of Ollama's", () => {
  it('has an input, or the prompt of the older endpoint', () => {
    const embedded = ollamaEmbed.front!.toCanonical({ input: 'a', keep_alive: 0, options: {} }, options);
    expect(embedded).toEqual({ model: 'own', input: 'a' });
    expect(given(ollamaEmbed, { input: 'a' })).toMatchObject({ embeddings: vectors, prompt_eval_count: 4 });
    expect(ollamaEmbed.front!.toCanonical({ prompt: 'a' }, options)['input']).toBe('a');
    expect(given(ollamaEmbed, { prompt: 'a' })).toEqual({ embedding: vectors[0] });
  });
});

it.each([
  'openai-embeddings',
  'cohere-embed',
  'ollama-embed',
  'voyage-embed',
  'jina-embed',
  'perplexity-embed',
] as const)('nothing but a GatewayError comes of spoilt bodies: %s', (dialect) => {
  fuzzCodec(codecOf(dialect)!, {
    requests: [
      { texts: ['a'], input: 'a', embedding_types: ['float'], truncate: 'END' },
      { inputs: [{ content: [{ type: 'text', text: 'a' }] }], prompt: 'a' },
    ],
    canonicalRequests: [{ model: 'm', input: ['a', 'b'], input_type: 'query', truncate: 'END' }],
    answers: [{ ...canonical, embeddings: { float: vectors } }],
    canonicalAnswers: [canonical],
    events: [],
    canonicalChunks: [],
  });
});

import { NO_USAGE, type GatewayError } from '@tollgate/contracts';
import { codecOf } from '../codec/codecs.js';
import type { Back, Front } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { ANSWER_OPTIONS, fuzzCodec } from '../testing/fuzz-codec.js';
import { hello } from '../testing/translate-chat.js';

type Dialect = Parameters<typeof codecOf>[0];
const sides = (dialect: Dialect) => codecOf(dialect) as { front: Front; back: Back };
const options = { model: 'gemini-embedding-001', stream: false, dropParams: false, defaultMaxTokens: 1 };
const lax = { ...options, dropParams: true };
const canonical = {
  model: options.model,
  input: ['a', 'b'],
  input_type: 'search_query',
  dimensions: 2,
};
const settings = { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 };
const one = (text: string): Json => ({ content: { parts: [{ text }] }, ...settings });
const vectors = {
  data: [
    { object: 'embedding', index: 0, embedding: [0.5, 1] },
    { object: 'embedding', index: 1, embedding: [2, 3] },
  ],
  usage: { prompt_tokens: 4, total_tokens: 4 },
};

describe("Gemini's embeddings", () => {
  const batch = sides('gemini-batch-embed');
  const model = `models/${options.model}`;
  const requests = [
    { model, ...one('a') },
    { model, ...one('b') },
  ];

  it('of a list are canonical ones, there and back', () => {
    expect(batch.back.fromCanonical(canonical, options).body).toEqual({ requests });
    expect(batch.front.toCanonical({ requests }, options)).toEqual(canonical);
    const answer = batch.front.fromCanonical(vectors, ANSWER_OPTIONS);
    expect(answer).toEqual({
      embeddings: [{ values: [0.5, 1] }, { values: [2, 3] }],
      usageMetadata: { promptTokenCount: 4 },
    });
    expect(batch.back.toCanonical(answer, ANSWER_OPTIONS)).toMatchObject(vectors);
    expect(batch.back.facts(answer).usage).toEqual({ ...NO_USAGE, input: 4 });
    expect(batch.back.facts({ embeddings: [] }).usage).toBeNull();
  });

  it('of one text are too', () => {
    const { front, back } = sides('gemini-embed');
    expect(front.toCanonical(one('a'), options)).toEqual({ ...canonical, input: 'a' });
    expect(back.fromCanonical({ ...canonical, input: 'a' }, options).body).toEqual(one('a'));
    expect(() => back.fromCanonical(canonical, options)).toThrow("'input'");
    const answer = front.fromCanonical(vectors, ANSWER_OPTIONS);
    expect(answer).toMatchObject({ embedding: { values: [0.5, 1] } });
    expect(back.toCanonical(answer, ANSWER_OPTIONS)).toMatchObject({ data: [{ embedding: [0.5, 1] }] });
  });

  it('that ask for different things are refused, or all asked as the first', () => {
    const different = { requests: [one('a'), { content: { parts: [{ text: 'b' }] } }] };
    expect(() => batch.front.toCanonical(different, options)).toThrow("'requests[1]'");
    expect(batch.front.toCanonical(different, lax)).toEqual(canonical);
  });

  it('are predictions of Vertex', () => {
    const { back } = sides('vertex-predict');
    expect(back.fromCanonical(canonical, options).body).toEqual({
      instances: [
        { content: 'a', task_type: 'RETRIEVAL_QUERY' },
        { content: 'b', task_type: 'RETRIEVAL_QUERY' },
      ],
      parameters: { outputDimensionality: 2 },
    });
    const prediction = (values: number[]): Json => ({
      embeddings: { statistics: { token_count: 2 }, values },
    });
    const answer = { predictions: [prediction([0.5, 1]), prediction([2, 3])] };
    expect(back.toCanonical(answer, ANSWER_OPTIONS)).toMatchObject(vectors);
  });
});

describe('counts of tokens', () => {
  const contents = [{ role: 'user', parts: [{ text: 'hello' }] }];
  const system = [{ type: 'text', text: 'Be kind.' }];
  const instruction = { systemInstruction: { parts: [{ text: 'Be kind.' }] } };
  const asked = { model: 'm', messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] };

  it('are of contents, or of a whole request', () => {
    const { front, back } = sides('gemini-count-tokens');
    expect(front.toCanonical({ contents }, { ...options, model: 'm' })).toEqual(asked);
    const whole = { generateContentRequest: { model: 'models/m', contents, ...instruction } };
    expect(front.toCanonical(whole, { ...options, model: 'm' })).toEqual({ ...asked, system });
    expect(back.fromCanonical({ ...asked, system }, { ...options, model: 'm' }).body).toEqual(whole);
    expect(front.fromCanonical({ input_tokens: 5 }, ANSWER_OPTIONS)).toEqual({ totalTokens: 5 });
    expect(back.toCanonical({ totalTokens: 5 }, ANSWER_OPTIONS)).toEqual({ input_tokens: 5 });
  });

  it('are told by Bedrock, or its answer is none', () => {
    const { back } = sides('bedrock-count-tokens');
    expect(back.toCanonical({ inputTokens: 5 }, ANSWER_OPTIONS)).toEqual({ input_tokens: 5 });
    expect(() => back.toCanonical({ message: 'No' }, ANSWER_OPTIONS)).toThrow("'inputTokens'");
  });

  it('are of the request itself on Vertex', () => {
    const { body } = sides('vertex-count-tokens').back.fromCanonical({ ...asked, system }, options);
    expect(body).toEqual({ contents, ...instruction });
  });
});

it.each(['gemini-embed', 'gemini-batch-embed', 'vertex-predict', 'gemini-count-tokens'] as const)(
  '%s throws nothing but errors of the gateway',
  (dialect) => {
    const codec = codecOf(dialect) ?? { dialect };
    const run = (): unknown => {
      fuzzCodec(codec, {
        requests: [one('a'), { requests: [one('a'), one('b')] }, { contents: [{ parts: [{ text: 'a' }] }] }],
        canonicalRequests: [canonical, { messages: hello, system: 'x' }],
        answers: [
          {
            embeddings: [{ values: [1] }],
            embedding: { values: [1] },
            predictions: [{ embeddings: { values: [1] } }],
            totalTokens: 3,
          },
        ],
        canonicalAnswers: [vectors, { input_tokens: 1 }],
        events: [],
        canonicalChunks: [],
      });
      return null;
    };
    expect(run()).toBeNull();
  },
);

it('names what is wrong', () => {
  const run = (): unknown =>
    sides('gemini-batch-embed').front.toCanonical({ requests: [{ content: 5 }] }, options);
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  expect((error as GatewayError).options.param).toBe('requests[0].content');
});

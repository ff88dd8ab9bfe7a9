import { openAiCompletions } from '../codec/openai-completions.js';
import type { Json } from '../json/json.js';
import { ANSWER_OPTIONS, eventOf, fuzzCodec } from '../testing/fuzz-codec.js';
import { thrownBy } from '../testing/thrown-by.js';

const { front, back } = openAiCompletions;

const translate = (fields: Json, dropParams = false): Json | undefined =>
  front?.toCanonical({ model: 'm', prompt: 'Once', ...fields }, { model: 'm', stream: false, dropParams });

const tokens = [
  { token: 'Hi', logprob: -0.5, bytes: null, top_logprobs: [{ token: 'Ho', logprob: -2, bytes: null }] },
];
const completionLogprobs = {
  tokens: ['Hi'],
  token_logprobs: [-0.5],
  top_logprobs: [{ Ho: -2 }],
  text_offset: [0],
};

describe('completions of callers', () => {
  it('is a chat in which the user says the prompt', () => {
    expect(
      translate({ prompt: ['Once'], max_tokens: 5, n: 2, logprobs: 1, suffix: null, future_field: 1 }),
    ).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Once' }],
      max_tokens: 5,
      n: 2,
      logprobs: true,
      top_logprobs: 1,
      future_field: 1,
    });
  });

  it.each([
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
    [{ prompt: [[1, 2]] }, 'prompt'],
    [{ suffix: 'end' }, 'suffix'],
    [{ echo: true }, 'echo'],
    [{ best_of: 3 }, 'best_of'],
  ])('refuses %j', (fields, param) => {
    const error = thrownBy(() => translate(fields));
    expect([error.code, error.options.param]).toEqual(['unsupported_parameter', param]);
  });

  it('drops what may be dropped, but never the prompt', () => {
    expect(translate({ suffix: 'end' }, true)).toEqual(translate({}));
    expect(thrownBy(() => translate({ prompt: [1] }, true)).options.param).toBe('prompt');
    expect(thrownBy(() => translate({ prompt: null })).code).toBe('invalid_request');
  });

  it('gives all choices of an answer', () => {
    const choices = ['Hi', 'Ho'].map((content, index) => ({
      index,
      message: { role: 'assistant', content },
      logprobs: index === 0 ? { content: tokens } : null,
      finish_reason: 'stop',
    }));
    expect(
      front?.fromCanonical({ id: 'c', object: 'chat.completion', choices, usage: {} }, ANSWER_OPTIONS),
    ).toEqual({
      id: 'c',
      object: 'text_completion',
      created: 1,
      model: 'seen',
      choices: [
        { text: 'Hi', index: 0, logprobs: completionLogprobs, finish_reason: 'stop' },
        { text: 'Ho', index: 1, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {},
    });
  });

  it.each([true, false])('writes a stream, its usage if it was asked for: %s', (includeUsage) => {
    const encoder = front?.stream?.({ ...ANSWER_OPTIONS, includeUsage });
    const chunk = (delta: Json, finish: string | null = null): Json => ({
      id: 'c',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    });
    const chunks = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hi' }), chunk({}, 'stop')];
    const parts = [...chunks, { id: 'c', choices: [], usage: { prompt_tokens: 1 } }].map((each) =>
      encoder?.push(each),
    );
    const texts = [...parts, encoder?.end()].map((part) => (part ? Buffer.from(part).toString() : null));
    const written = (choices: Json[], more: Json = {}): string =>
      `data: ${JSON.stringify({ id: 'c', choices, object: 'text_completion', created: 1, model: 'seen', ...more })}\n\n`;
    expect(texts).toEqual([
      null,
      written([{ text: 'Hi', index: 0, logprobs: null, finish_reason: null }]),
      written([{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }]),
      includeUsage ? written([], { usage: { prompt_tokens: 1 } }) : null,
      'data: [DONE]\n\n',
    ]);
  });
});

describe('completions of providers', () => {
  const ask = (fields: Json): Json | undefined =>
    back?.fromCanonical(
      { messages: [{ role: 'user', content: 'Once' }], ...fields },
      { model: 'm', stream: false, dropParams: false, defaultMaxTokens: 1 },
    ).body;

  it('asks for a text to be completed, and refuses what is a conversation', () => {
    expect(ask({ max_completion_tokens: 5, logprobs: true, top_logprobs: 2 })).toEqual({
      model: 'm',
      prompt: 'Once',
      max_tokens: 5,
      logprobs: 2,
    });
    const two = ['user', 'assistant'].map((role) => ({ role, content: 'Once' }));
    expect(thrownBy(() => ask({ messages: two })).options.param).toBe('messages');
    expect(thrownBy(() => ask({ tools: [{}] })).options.param).toBe('tools');
  });

  it('reads an answer, whole and streamed', () => {
    const choice = { text: 'Hi', index: 0, logprobs: completionLogprobs, finish_reason: 'length' };
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const answer = { id: 'c', choices: [choice], usage };
    expect(back?.toCanonical(answer, ANSWER_OPTIONS)).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'Hi' }, logprobs: { content: tokens }, finish_reason: 'length' }],
    });
    const decoder = back?.stream?.(ANSWER_OPTIONS);
    const chunks = [answer, '[DONE]'].flatMap((payload) => decoder?.push(eventOf(payload)) ?? []);
    expect(chunks).toMatchObject([
      { choices: [{ delta: { role: 'assistant', content: 'Hi' }, finish_reason: 'length' }], usage },
    ]);
    expect(decoder).toMatchObject({
      finished: true,
      done: true,
      responseId: 'c',
      usage: { input: 1, output: 2 },
    });
    expect(back?.facts(answer).usage).toEqual(decoder?.usage);
  });
});

it('survives whatever callers and providers send', () => {
  const choice = { text: 'Hi', index: 0, logprobs: completionLogprobs, finish_reason: 'stop' };
  const chatChoice = { index: 0, logprobs: { content: tokens }, finish_reason: 'stop' };
  const said = { role: 'assistant', content: [{ type: 'text', text: 'a' }], refusal: 'b' };
  fuzzCodec(openAiCompletions, {
    requests: [{ model: 'm', prompt: ['Once'], logprobs: 2, echo: false, suffix: '' }],
    canonicalRequests: [{ messages: [{ role: 'user', content: 'Once' }], logprobs: true, tools: [] }],
    answers: [{ id: 'c', choices: [choice] }],
    canonicalAnswers: [{ id: 'c', choices: [{ ...chatChoice, message: said }] }],
    events: [{ id: 'c', choices: [choice] }],
    canonicalChunks: [{ id: 'c', choices: [{ ...chatChoice, delta: said }], usage: {} }],
  });
});

import { NO_USAGE, type Dialect } from '@tollgate/contracts';
import { codecOf } from '../codec/codecs.js';
import type { Json } from '../json/json.js';
import { answerOfChunks } from './answer-of-chunks.js';
import { retold, type RetellOptions, type ToldAnswer } from './retold.js';

const FRONTS: readonly Dialect[] = [
  ...(['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-content'] as const),
  ...(['cohere-chat', 'ollama-chat'] as const),
];
const TEXT_FRONTS: readonly Dialect[] = [...FRONTS, 'openai-completions', 'ollama-generate'];

const OPTIONS: RetellOptions = {
  ...{ model: 'm', created: 1, includeUsage: true, request: {} },
  usage: { ...NO_USAGE, input: 5, output: 2 },
};
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const TEXT: Json = { role: 'assistant', content: 'Grüße, "Welt"\n' };
const call = (id: string, city: string): Json => ({
  ...{ id, type: 'function' },
  function: { name: 'weather', arguments: JSON.stringify({ city }) },
});
const CALLS: Json = { role: 'assistant', content: null, tool_calls: [call('a', 'Rome'), call('b', 'Oslo')] };
const THOUGHT: Json = { role: 'assistant', content: 'Four.', reasoning_content: 'Two and two' };

const chat = (message: Json, finish: string): Json => ({
  ...{ id: 'chat-1', object: 'chat.completion', created: 1, model: 'm' },
  choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
  usage,
});

function whole(dialect: Dialect, answer: Json): ToldAnswer {
  const front = codecOf(dialect)?.front;
  return { form: 'whole', bytes: Buffer.from(JSON.stringify(front?.fromCanonical(answer, OPTIONS))) };
}

const retell = (dialect: Dialect, told: ToldAnswer, form: ToldAnswer['form'], change = {}): ToldAnswer => {
  const bytes = retold(dialect, told, { ...OPTIONS, ...change, form });
  expect(bytes).not.toBeNull();
  return { form, bytes: bytes ?? Buffer.alloc(0) };
};

/** What a caller reads of a whole answer, without what every answer has anew. */
function said(dialect: Dialect, { bytes }: ToldAnswer): Json {
  const answer = JSON.parse(Buffer.from(bytes).toString()) as Json;
  const canonical = codecOf(dialect)?.back?.toCanonical(answer, OPTIONS) ?? {};
  const [choice] = canonical['choices'] as [{ message: Json; finish_reason: unknown }];
  const { content, reasoning_content: reasoning, tool_calls: calls } = choice.message;
  const { prompt_tokens, completion_tokens } = canonical['usage'] as Json;
  const named = ((calls ?? []) as Json[]).map(({ function: target }) => target);
  return {
    ...{ content: content ?? '', reasoning, named, finish: choice.finish_reason },
    ...{ prompt_tokens, completion_tokens },
  };
}

describe('an answer that is told again', () => {
  it.each(TEXT_FRONTS.map((dialect) => [dialect]))(
    'says the same as a stream and whole, in %s',
    (dialect) => {
      const first = whole(dialect, chat(TEXT, 'stop'));
      const stream = retell(dialect, first, 'stream');
      expect(Buffer.from(stream.bytes).toString()).not.toBe(Buffer.from(first.bytes).toString());
      expect(said(dialect, retell(dialect, stream, 'whole'))).toEqual(said(dialect, first));
    },
  );

  it.each(FRONTS.map((dialect) => [dialect]))('calls the same tools, in %s', (dialect) => {
    const first = whole(dialect, chat(CALLS, 'tool_calls'));
    const again = retell(dialect, retell(dialect, first, 'stream'), 'whole');
    expect(said(dialect, again)).toEqual(said(dialect, first));
    expect(said(dialect, again)['named']).toHaveLength(2);
  });

  it.each([['openai-chat'], ['ollama-chat']] as [Dialect][])('thinks the same, in %s', (dialect) => {
    const first = whole(dialect, chat(THOUGHT, 'stop'));
    const again = retell(dialect, retell(dialect, first, 'stream'), 'whole');
    expect(said(dialect, again)).toMatchObject({ content: 'Four.', reasoning: 'Two and two' });
  });

  it('tells the usage of a stream to who asks for it, and to nobody else', () => {
    const stream = retell('openai-chat', whole('openai-chat', chat(TEXT, 'stop')), 'stream', {
      includeUsage: false,
    });
    expect(Buffer.from(stream.bytes).toString()).not.toContain('prompt_tokens');
    const withUsage = retell('openai-chat', stream, 'stream');
    expect(Buffer.from(withUsage.bytes).toString()).toMatch(/"prompt_tokens":5[\s\S]*data: \[DONE\]\n\n$/);
  });

  it('keeps every choice and its logprobs', () => {
    const part = (index: number, content: string, finish: string | null): Json => ({
      choices: [
        { index, delta: { content }, finish_reason: finish, logprobs: { content: [{ token: content }] } },
      ],
    });
    const chunks = [part(1, 'x', null), part(0, 'a', null), part(1, 'y', 'stop'), part(0, 'b', 'length')];
    expect(answerOfChunks(chunks)).toMatchObject({
      choices: [
        { index: 0, message: { content: 'ab' }, finish_reason: 'length' },
        {
          ...{ index: 1, message: { content: 'xy' }, finish_reason: 'stop' },
          logprobs: { content: [{ token: 'x' }, { token: 'y' }] },
        },
      ],
    });
  });

  it.each([
    ['signatures', { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 's' }] }],
    ['sound', { audio: { id: 'a', data: 'AAAA' } }],
    ['a signed call', { tool_calls: [{ index: 0, id: 'a', provider_specific_fields: { s: 1 } }] }],
  ])('is not told where %s would be lost', (_what, delta) => {
    expect(answerOfChunks([{ choices: [{ index: 0, delta, finish_reason: 'stop' }] }])).toBeNull();
  });

  it('is not told where a dialect has one form only, or the bytes are none of it', () => {
    const vectors = Buffer.from('{"object":"list","data":[],"model":"m"}');
    const wanted = { ...OPTIONS, form: 'stream' } as const;
    expect(retold('openai-embeddings', { form: 'whole', bytes: vectors }, wanted)).toBeNull();
    expect(retold('openai-speech', { form: 'whole', bytes: vectors }, wanted)).toBeNull();
    expect(retold('openai-chat', { form: 'whole', bytes: Buffer.from('<html>') }, wanted)).toBeNull();
    const stream = { form: 'stream', bytes: Buffer.from('data: {"error":{"message":"no"}}\n\n') } as const;
    expect(retold('openai-chat', stream, { ...OPTIONS, form: 'whole' })).toBeNull();
  });
});

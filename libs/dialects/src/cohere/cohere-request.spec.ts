import { GatewayError } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { hello, weather } from '../testing/translate-chat.js';
import { cohereChat } from './cohere-chat.js';

const options = { model: 'command-a-03-2025', stream: false, dropParams: false, defaultMaxTokens: 9 };

const toCohere = (fields: Json, dropParams = false): Json =>
  cohereChat.back!.fromCanonical({ model: 'x', messages: hello, ...fields }, { ...options, dropParams }).body;

const toChat = (fields: Json): Json => cohereChat.front!.toCanonical({ messages: hello, ...fields }, options);

function refusalOf(fields: Json): GatewayError {
  try {
    toCohere(fields);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe("a chat request as Cohere's", () => {
  it('has parameters under their names, and travels with what it does not know', () => {
    const fields = { top_p: 0.5, top_k: 3, stop: 'END', max_completion_tokens: 7, temperature: 0, seed: 1 };
    expect(toCohere({ ...fields, documents: ['a'], safety_mode: 'OFF', user: 'u', n: 1 })).toEqual({
      ...{ model: 'command-a-03-2025', messages: hello, stream: false, temperature: 0, seed: 1 },
      ...{ p: 0.5, k: 3, stop_sequences: ['END'], max_tokens: 7, documents: ['a'], safety_mode: 'OFF' },
    });
  });

  it.each([
    ['required', 'REQUIRED'],
    ['none', 'NONE'],
    ['auto', undefined],
  ])('chooses tools: %s', (choice, expected) => {
    expect(toCohere({ tools: [weather], tool_choice: choice })['tool_choice']).toBe(expected);
  });

  it('forces a tool by offering no other', () => {
    const other = { type: 'function', function: { name: 'other' } };
    const choice = { type: 'function', function: { name: 'weather' } };
    expect(toCohere({ tools: [other, weather], tool_choice: choice })).toMatchObject({
      tools: [weather],
      tool_choice: 'REQUIRED',
    });
  });

  it('is strict about tools when all of them are', () => {
    const strict = { ...weather, function: { ...weather.function, strict: true } };
    expect(toCohere({ tools: [strict] })).toMatchObject({ tools: [weather], strict_tools: true });
    expect(toCohere({ tools: [strict, weather] })['strict_tools']).toBeUndefined();
  });

  it('holds the answer to a schema', () => {
    const schema = { type: 'object', properties: {} };
    const format = { type: 'json_schema', json_schema: { name: 'n', strict: true, schema } };
    expect(toCohere({ response_format: format })['response_format']).toEqual({
      type: 'json_object',
      json_schema: schema,
    });
  });

  it.each([
    [{ reasoning_effort: 'none' }, { type: 'disabled' }],
    [{ reasoning_effort: 'medium' }, { type: 'enabled' }],
    [{ reasoning_effort: 'low' }, { type: 'enabled', token_budget: 1024 }],
    [{ thinking: { type: 'enabled', budget_tokens: 9 } }, { type: 'enabled', token_budget: 9 }],
  ])('thinks: %j', (fields, thinking) => {
    expect(toCohere(fields)['thinking']).toEqual(thinking);
  });

  it('has reasoning before calls as thinking where it is, else as their plan', () => {
    const call = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const turn = { role: 'assistant', content: null, tool_calls: [call], reasoning_content: 'hm' };
    const blocks = [{ type: 'thinking', thinking: 'hm', signature: 's' }];
    expect(toCohere({ messages: [turn] })['messages']).toEqual([
      { role: 'assistant', tool_calls: [call], tool_plan: 'hm' },
    ]);
    expect(toCohere({ messages: [{ ...turn, thinking_blocks: blocks }] })['messages']).toEqual([
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }], tool_calls: [call] },
    ]);
  });

  it.each([
    ['n', { n: 2 }],
    ['logit_bias', { logit_bias: { 1: 2 } }],
    ['parallel_tool_calls', { parallel_tool_calls: false }],
    ['web_search_options', { web_search_options: {} }],
    ['tools[0]', { tools: [{ type: 'custom', custom: {} }] }],
    [
      'messages[0].content[0]',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
    ],
  ])('refuses %s by name, or drops it', (param, fields) => {
    expect(refusalOf(fields)).toMatchObject({ code: 'unsupported_parameter', options: { param } });
    expect(() => toCohere(fields, true)).not.toThrow();
  });

  it.each([
    ['messages', { messages: 7 }],
    ['messages[0].role', { messages: [{ role: 'king' }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: 7 }] }],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
    ['tool_choice', { tools: [weather], tool_choice: 7 }],
    ['stop', { stop: [7] }],
  ])('names a field of the wrong shape: %s', (param, fields) => {
    expect(refusalOf(fields)).toMatchObject({ code: 'invalid_request', options: { param } });
  });
});

describe("a request of Cohere's as a chat request", () => {
  it('has parameters under their names', () => {
    const fields = { p: 0.5, k: 3, stop_sequences: ['END'], max_tokens: 7, documents: ['a'] };
    expect(toChat({ ...fields, tool_choice: 'REQUIRED', tools: [weather], strict_tools: true })).toEqual({
      ...{ model: 'command-a-03-2025', messages: hello, max_tokens: 7, documents: ['a'] },
      ...{ top_p: 0.5, top_k: 3, stop: ['END'], tool_choice: 'required' },
      tools: [{ ...weather, function: { ...weather.function, strict: true } }],
    });
  });

  it('has the documents of tool results as texts', () => {
    const documents = [
      { type: 'document', document: { id: '1', data: { sky: 'blue' } } },
      { type: 'document', document: { data: 'plain' } },
      { type: 'text', text: 'text' },
    ];
    const message = { role: 'tool', tool_call_id: 'a', content: documents };
    expect(toChat({ messages: [message] })['messages']).toEqual([
      {
        role: 'tool',
        tool_call_id: 'a',
        content: ['{"sky":"blue"}', 'plain', 'text'].map((text) => ({ type: 'text', text })),
      },
    ]);
  });

  it('has thinking and plans as reasoning, which come back as they were', () => {
    const call = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const turns = [
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }], tool_calls: [call] },
      { role: 'assistant', tool_calls: [call], tool_plan: 'plan' },
    ];
    const chat = toChat({ messages: turns });
    expect(chat['messages']).toMatchObject([{ reasoning_content: 'hm' }, { reasoning_content: 'plan' }]);
    expect(toCohere(chat)['messages']).toEqual(turns);
  });

  it('has the schema of an answer under either of its names', () => {
    const schema = { type: 'object' };
    for (const name of ['schema', 'json_schema']) {
      const chat = toChat({ response_format: { type: 'json_object', [name]: schema } });
      expect(chat['response_format']).toEqual({
        type: 'json_schema',
        json_schema: { name: 'answer', schema },
      });
    }
  });
});

import { GatewayError } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { hello, weather } from '../testing/translate-chat.js';
import { ollamaChat, ollamaGenerate } from './ollama.js';

const options = { model: 'qwen3', stream: false, dropParams: false, defaultMaxTokens: 9 };

const toOllama = (fields: Json, more: object = {}): Json =>
  ollamaChat.back!.fromCanonical({ model: 'x', messages: hello, ...fields }, { ...options, ...more }).body;
const toGenerate = (fields: Json): Json =>
  ollamaGenerate.back!.fromCanonical({ model: 'x', messages: hello, ...fields }, options).body;
const toChat = (fields: Json, more: object = {}): Json =>
  ollamaChat.front!.toCanonical({ messages: hello, ...fields }, { ...options, ...more });
const fromGenerate = (fields: Json): Json => ollamaGenerate.front!.toCanonical(fields, options);

function failureOf(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe("a chat request as Ollama's", () => {
  it('has its parameters as options, the own ones first, and says whether it streams', () => {
    const fields = {
      temperature: 0,
      top_p: 0.5,
      max_tokens: 7,
      stop: 'END',
      num_ctx: 4096,
      keep_alive: '5m',
    };
    expect(toOllama({ ...fields, options: { temperature: 1 }, user: 'u' })).toEqual({
      ...{ model: 'qwen3', messages: hello, stream: false, keep_alive: '5m' },
      options: { temperature: 1, top_p: 0.5, num_predict: 7, stop: ['END'], num_ctx: 4096 },
    });
  });

  it('has texts with images beside them', () => {
    const parts = [
      { type: 'text', text: 'what is' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw' } },
      { type: 'text', text: 'this?' },
    ];
    expect(toOllama({ messages: [{ role: 'user', content: parts }] })['messages']).toEqual([
      { role: 'user', content: 'what is\nthis?', images: ['iVBORw'] },
    ]);
  });

  it('has the arguments of calls as objects, and results with the name of their tool', () => {
    const call = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } };
    const messages = [
      { role: 'assistant', content: null, tool_calls: [call], reasoning_content: 'hm' },
      { role: 'tool', tool_call_id: 'a', content: 'rain' },
    ];
    expect(toOllama({ messages })['messages']).toEqual([
      {
        ...{ role: 'assistant', content: '', thinking: 'hm' },
        tool_calls: [{ id: 'a', function: { name: 'weather', arguments: { city: 'Ulm' } } }],
      },
      { role: 'tool', content: 'rain', tool_call_id: 'a', tool_name: 'weather' },
    ]);
  });

  it.each([
    [{ type: 'json_object' }, 'json'],
    [{ type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } }, { type: 'object' }],
    [{ type: 'text' }, undefined],
  ])('holds the answer to %j', (format, expected) => {
    expect(toOllama({ response_format: format })['format']).toEqual(expected);
  });

  it.each([
    ['qwen3', { reasoning_effort: 'low' }, true],
    ['gpt-oss:20b', { reasoning_effort: 'xhigh' }, 'high'],
    ['qwen3', { reasoning_effort: 'none' }, false],
    ['qwen3', { thinking: { type: 'enabled', budget_tokens: 9 } }, true],
    ['qwen3', {}, undefined],
  ])('thinks: %s %j', (model, fields, think) => {
    expect(toOllama(fields, { model })['think']).toBe(think);
  });

  it('offers no tools where none may be called', () => {
    expect(toOllama({ tools: [weather] })['tools']).toEqual([weather]);
    expect(toOllama({ tools: [weather], tool_choice: 'none' })['tools']).toBeUndefined();
  });

  it.each([
    ['tool_choice', { tools: [weather], tool_choice: 'required' }],
    ['n', { n: 2 }],
    [
      'messages[0].content[0].image_url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.b/c' } }] }] },
    ],
  ])('refuses %s by name, or drops it', (param, fields) => {
    const error = failureOf(() => toOllama(fields));
    expect(error).toMatchObject({ code: 'unsupported_parameter', options: { param } });
    expect(() => toOllama(fields, { dropParams: true })).not.toThrow();
  });

  it('is one prompt for /api/generate, and refused where it is more', () => {
    const messages = [{ role: 'system', content: 'be brief' }, ...hello];
    expect(toGenerate({ messages, max_tokens: 3 })).toEqual({
      ...{ model: 'qwen3', prompt: 'hello', system: 'be brief', stream: false },
      options: { num_predict: 3 },
    });
    const more = failureOf(() => toGenerate({ messages: [...hello, ...hello] }));
    expect(more.options.param).toBe('messages[1]');
    expect(failureOf(() => toGenerate({ tools: [weather] })).options.param).toBe('tools');
  });
});

describe("a request of Ollama's as a chat request", () => {
  it('has its options as parameters, without those of the server', () => {
    const own = { temperature: 0, num_predict: 7, stop: ['END'], num_ctx: 4096, seed: 1 };
    expect(toChat({ options: own, keep_alive: 0, think: true, format: 'json' })).toEqual({
      ...{
        model: 'qwen3',
        messages: hello,
        stream: false,
        temperature: 0,
        max_tokens: 7,
        stop: ['END'],
        seed: 1,
      },
      ...{ reasoning_effort: 'medium', response_format: { type: 'json_object' } },
    });
    expect(toChat({ options: { num_predict: -1 } })['max_tokens']).toBeUndefined();
  });

  it('is refused where an option would change the answer and has no counterpart, or it is dropped', () => {
    const fields = { options: { repeat_penalty: 1.1 } };
    expect(failureOf(() => toChat(fields)).options.param).toBe('options.repeat_penalty');
    expect(toChat(fields, { dropParams: true })['messages']).toEqual(hello);
  });

  it('has images as parts, of the kind that their first bytes tell', () => {
    const messages = [{ role: 'user', content: 'this?', images: ['/9j/4AAQ', 'iVBORw'] }];
    expect(toChat({ messages })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'this?' },
          { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,/9j/4AAQ' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw' } },
        ],
      },
    ]);
  });

  it('pairs calls and results by id, by name, or by order', () => {
    const call = (name: string, id?: string): Json => ({
      ...(id && { id }),
      function: { name, arguments: {} },
    });
    const messages = [
      { role: 'assistant', content: '', tool_calls: [call('now'), call('weather'), call('now', 'x')] },
      { role: 'tool', content: 'rain', tool_name: 'weather' },
      { role: 'tool', content: 'late', tool_call_id: 'x' },
      { role: 'tool', content: 'noon' },
      { role: 'assistant', content: '', tool_calls: [call('now')] },
    ];
    const chat = toChat({ messages })['messages'] as Json[];
    expect(chat.map((message) => message['tool_call_id'])).toEqual([
      undefined,
      'call_1',
      'x',
      'call_0',
      undefined,
    ]);
    expect(chat[4]).toMatchObject({ tool_calls: [{ id: 'call_3', function: { arguments: '{}' } }] });
  });

  it('of /api/generate is a system text and a message', () => {
    const empty = { suffix: '', template: '', context: [], raw: false, images: [], format: '', options: {} };
    expect(fromGenerate({ prompt: 'hello', system: 'be brief', ...empty, keep_alive: null })).toEqual({
      ...{ model: 'qwen3', stream: false },
      messages: [{ role: 'system', content: 'be brief' }, ...hello],
    });
    for (const own of [{ suffix: 'x' }, { template: 'x' }, { context: [1] }, { raw: true }]) {
      const error = failureOf(() => fromGenerate({ prompt: 'hello', ...own }));
      expect(error.options.param).toBe(Object.keys(own)[0]);
    }
  });

  it.each([
    ['messages[0].content', () => toChat({ messages: [{ role: 'user', content: 7 }] })],
    ['messages[0].images[0]', () => toChat({ messages: [{ role: 'user', images: [7] }] })],
    ['prompt', () => fromGenerate({ prompt: 7 })],
    ['options', () => toChat({ options: 7 })],
    ['format', () => toChat({ format: 7 })],
  ])('names a field of the wrong shape: %s', (param, run) => {
    expect(failureOf(run)).toMatchObject({ code: 'invalid_request', options: { param } });
  });
});

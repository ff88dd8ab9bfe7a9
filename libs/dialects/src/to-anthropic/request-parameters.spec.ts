import type { Json } from '../json/json.js';
import { failureOf, hello, translate, weather } from '../testing/translate-chat.js';
import { chatToMessages } from './chat-to-messages.js';

describe('chatToMessages: structured output', () => {
  const closed = { type: 'object', properties: { minimum: { type: 'number' } }, additionalProperties: false };
  const format = (schema: Json): Json => ({
    type: 'json_schema',
    json_schema: { name: 'a', strict: true, schema },
  });

  it('is native where model and schema allow it', () => {
    const body = translate({ response_format: format(closed) });
    expect(body['output_config']).toEqual({ format: { type: 'json_schema', schema: closed } });
    expect(body['tools']).toBeUndefined();
  });

  it.each([
    ['an old model', { model: 'claude-3-5-sonnet-latest', response_format: format(closed) }],
    ['a model of the first 4 series', { model: 'claude-sonnet-4-20250514', response_format: format(closed) }],
    ['another make', { model: 'kimi-k2', response_format: format(closed) }],
    ['an open object', { response_format: format({ type: 'object', properties: { a: {} } }) }],
    ['a refused keyword', { response_format: format({ ...closed, properties: { a: { minLength: 1 } } }) }],
    ['any JSON object', { response_format: { type: 'json_object' } }],
  ])('is a forced tool for %s', (_case, fields) => {
    const body = translate(fields);
    expect(body['output_config']).toBeUndefined();
    expect((body['tools'] as Json[])[0]?.['name']).toBe('tollgate_json_answer');
    expect(body['tool_choice']).toEqual({ type: 'tool', name: 'tollgate_json_answer' });
  });

  it('lets the model call other tools first, and does not force while it thinks', () => {
    const fields = { response_format: { type: 'json_object' }, tools: [weather] };
    expect(translate(fields)['tool_choice']).toEqual({ type: 'any' });
    const thinking = { type: 'enabled', budget_tokens: 1024 };
    expect(translate({ ...fields, thinking })['tool_choice']).toBeUndefined();
  });
});

describe('chatToMessages: parameters', () => {
  it('translates what has a counterpart and lets the unknown travel on', () => {
    const body = translate({
      max_completion_tokens: 50,
      temperature: 1.5,
      top_p: 0.9,
      top_k: 5,
      stop: 'END',
      user: 'u1',
      service_tier: 'default',
      stream: true,
      stream_options: { include_usage: true },
      n: 1,
      logprobs: false,
      frequency_penalty: 0,
      presence_penalty: null,
      container: { id: 'c' },
      future_field: [1],
    });
    expect(body).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 50,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
      temperature: 1,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      service_tier: 'standard_only',
      stream: true,
      container: { id: 'c' },
      future_field: [1],
    });
    expect(translate({})['max_tokens']).toBe(100);
  });

  it.each([
    ['low', 1024],
    ['medium', 2048],
    ['high', 4096],
  ])('makes a budget of the effort %s and room for the answer', (effort, budget) => {
    const body = translate({ reasoning_effort: effort, max_tokens: 500 });
    expect(body['thinking']).toEqual({ type: 'enabled', budget_tokens: budget });
    expect(body['max_tokens']).toBe(budget + 500);
    expect(translate({ reasoning_effort: effort, max_tokens: 9000 })['max_tokens']).toBe(9000);
  });

  it('leaves thinking off where Anthropic would refuse it', () => {
    expect(translate({ reasoning_effort: 'none' })['thinking']).toBeUndefined();
    expect(translate({ thinking: { type: 'adaptive' }, reasoning_effort: 'low' })['thinking']).toEqual({
      type: 'adaptive',
    });
    const call = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const loop = [
      ...hello,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ];
    const request = { model: 'claude-sonnet-4-5', messages: loop, reasoning_effort: 'low', tools: [weather] };
    const { body, dropped } = chatToMessages(request, { defaultMaxTokens: 10, dropParams: false });
    expect(body['thinking']).toBeUndefined();
    expect(dropped).toEqual(['reasoning_effort']);
  });

  it.each([
    ['n', 2],
    ['logprobs', true],
    ['top_logprobs', 3],
    ['logit_bias', { 1: 2 }],
    ['frequency_penalty', 0.5],
    ['seed', 1],
    ['audio', { voice: 'alloy' }],
    ['modalities', ['text', 'audio']],
    ['functions', [{ name: 'f' }]],
    ['service_tier', 'flex'],
    ['stop', [' ']],
  ])('refuses %s = %j, or drops it where that is wanted', (field, value) => {
    const error = failureOf({ [field]: value });
    expect(error.code).toBe('unsupported_parameter');
    expect(error.options.param).toBe(field);
    expect(error.message).toContain(field);
    expect(error.message).toContain('drop_params');
    const request = { model: 'm', messages: hello, [field]: value };
    const { body, dropped } = chatToMessages(request, { defaultMaxTokens: 1, dropParams: true });
    expect(dropped).toEqual([field]);
    expect(body[field]).toBeUndefined();
  });

  it.each([
    [{ messages: 'x' }, 'messages'],
    [{ messages: [5] }, 'messages[0]'],
    [{ messages: [{ role: 'king', content: '' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [
      {
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '[1' } }] },
        ],
      },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ tool_choice: 'perhaps' }, 'tool_choice'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ max_tokens: '5' }, 'max_tokens'],
    [{ stop: [1] }, 'stop'],
    [{ reasoning_effort: 'huge' }, 'reasoning_effort'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ model: 5 }, 'model'],
  ])('names the field at fault in %j', (fields, param) => {
    const error = failureOf(fields);
    expect(error.code).toBe('invalid_request');
    expect(error.options.param).toBe(param);
    expect(error.message).toContain(param);
  });

  it('names content that Anthropic has no block for', () => {
    const error = failureOf({
      messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }],
    });
    expect([error.code, error.options.param]).toEqual(['unsupported_parameter', 'messages[0].content[0]']);
  });
});

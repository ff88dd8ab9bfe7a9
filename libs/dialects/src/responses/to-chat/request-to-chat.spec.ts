import type { Json } from '../../json/json.js';
import { thrownBy } from '../../testing/thrown-by.js';
import { responsesToChat } from './request-to-chat.js';

const translate = (fields: Json, dropParams = false): Json =>
  responsesToChat({ model: 'm', input: 'hello', ...fields }, { model: 'm', stream: false, dropParams });
const messagesOf = (input: unknown): unknown => translate({ input })['messages'];

const call = { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'weather', arguments: '{}' };
const chatCall = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } };

describe('responsesToChat: items', () => {
  it('puts instructions before what is said', () => {
    expect(translate({ instructions: 'Be brief.' })['messages']).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hello' },
    ]);
  });

  it('makes one message of the items of one turn, and one each of answers that follow each other', () => {
    const input = [
      { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: 'E',
      },
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Let me see.', annotations: [] }],
      },
      call,
      { ...call, call_id: 'b', name: 'clock' },
      { type: 'function_call_output', call_id: 'a', output: 'sunny' },
      { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'noon' }] },
      { role: 'assistant', content: 'One.' },
      { role: 'assistant', content: 'Two.' },
    ];
    expect(messagesOf(input)).toEqual([
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: 'Let me see.',
        reasoning_content: 'hm',
        thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'E' }],
        tool_calls: [chatCall, { ...chatCall, id: 'b', function: { name: 'clock', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
      { role: 'tool', tool_call_id: 'b', content: 'noon' },
      { role: 'assistant', content: 'One.' },
      { role: 'assistant', content: 'Two.' },
    ]);
  });

  it.each([
    [
      { type: 'input_image', image_url: 'https://a.test/x.png', detail: 'low' },
      { type: 'image_url', image_url: { url: 'https://a.test/x.png', detail: 'low' } },
    ],
    [
      { type: 'input_file', file_url: 'https://a.test/x.pdf' },
      { type: 'file', file: { file_id: 'https://a.test/x.pdf' } },
    ],
    [
      { type: 'input_file', filename: 'x.pdf', file_data: 'data:application/pdf;base64,AA' },
      { type: 'file', file: { filename: 'x.pdf', file_data: 'data:application/pdf;base64,AA' } },
    ],
    [
      { type: 'input_text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit' } },
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
    ],
  ])('translates the part %j', (part, expected) => {
    expect(messagesOf([{ role: 'user', content: [part] }])).toEqual([{ role: 'user', content: [expected] }]);
  });

  it('keeps redacted thinking apart from signed', () => {
    const item = { type: 'reasoning', summary: [], encrypted_content: 'redacted_thinking:XX' };
    expect(messagesOf([item, { role: 'assistant', content: 'yes' }])).toEqual([
      { role: 'assistant', content: 'yes', thinking_blocks: [{ type: 'redacted_thinking', data: 'XX' }] },
    ]);
  });

  it('leaves out what tools of OpenAI did, and refuses what would be missed', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } };
    expect(messagesOf([search, { role: 'user', content: 'and?' }])).toEqual([
      { role: 'user', content: 'and?' },
    ]);
    for (const type of ['item_reference', 'compaction', 'local_shell_call']) {
      const error = thrownBy(() => messagesOf([{ type, id: 'x' }]));
      expect(error.code).toBe('unsupported_parameter');
      expect(error.options.param).toBe('input[0]');
    }
  });
});

describe('responsesToChat: fields', () => {
  it('translates what has a counterpart and lets the unknown travel on', () => {
    const schema = { type: 'object', properties: {} };
    expect(
      translate({
        max_output_tokens: 50,
        reasoning: { effort: 'low', summary: 'auto' },
        text: { format: { type: 'json_schema', name: 'a', strict: true, schema }, verbosity: 'low' },
        include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
        store: false,
        parallel_tool_calls: false,
        truncation: 'disabled',
        background: false,
        future_field: [1],
      }),
    ).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hello' }],
      max_tokens: 50,
      reasoning_effort: 'low',
      response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } },
      verbosity: 'low',
      logprobs: true,
      parallel_tool_calls: false,
      future_field: [1],
    });
  });

  it('translates tools and choices', () => {
    const parameters = { type: 'object', properties: {} };
    const body = translate({
      tools: [
        { type: 'function', name: 'weather', description: null, parameters, strict: true },
        { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
        {
          type: 'web_search',
          search_context_size: 'low',
          user_location: { type: 'approximate', country: 'IT' },
        },
      ],
      tool_choice: {
        type: 'allowed_tools',
        mode: 'required',
        tools: [{ type: 'function', name: 'weather' }],
      },
    });
    const format = { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } };
    expect(body['tools']).toEqual([
      { type: 'function', function: { name: 'weather', parameters, strict: true } },
      { type: 'custom', custom: { name: 'patch', format } },
    ]);
    expect(body['web_search_options']).toEqual({
      search_context_size: 'low',
      user_location: { type: 'approximate', approximate: { country: 'IT' } },
    });
    expect(body['tool_choice']).toEqual({
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'weather' } }] },
    });
  });

  it('takes tools out of their namespaces, as their calls in what was said', () => {
    const spawn = { type: 'function', name: 'spawn', defer_loading: true, parameters: {} };
    const body = translate({
      tools: [{ type: 'namespace', name: 'agents', description: 'Helpers', tools: [spawn] }],
      tool_choice: { type: 'function', namespace: 'agents', name: 'spawn' },
      input: [{ ...call, namespace: 'agents', name: 'spawn' }],
    });
    const named = { name: 'agents__spawn' };
    expect(body['tools']).toEqual([{ type: 'function', function: { ...named, parameters: {} } }]);
    expect(body['tool_choice']).toEqual({ type: 'function', function: named });
    expect(body['messages']).toMatchObject([{ tool_calls: [{ function: named }] }]);
  });

  it.each([
    ['previous_response_id', 'resp_1'],
    ['conversation', 'conv_1'],
    ['prompt', { id: 'pmpt_1' }],
    ['background', true],
    ['truncation', 'auto'],
  ])('refuses %s, or drops it where that is wanted', (field, value) => {
    const error = thrownBy(() => translate({ [field]: value }));
    expect([error.code, error.options.param]).toEqual(['unsupported_parameter', field]);
    expect(translate({ [field]: value }, true)).toEqual(translate({}));
  });

  it('refuses tools of OpenAI by their place', () => {
    const error = thrownBy(() => translate({ tools: [{ type: 'file_search', vector_store_ids: [] }] }));
    expect([error.code, error.options.param]).toEqual(['unsupported_parameter', 'tools[0]']);
  });

  it.each([
    [{ input: 5 }, 'input'],
    [{ input: [5] }, 'input[0]'],
    [{ input: [{}] }, 'input[0].type'],
    [{ input: [{ role: 'king', content: '' }] }, 'input[0].role'],
    [{ input: [{ role: 'user', content: 5 }] }, 'input[0].content'],
    [{ input: [{ ...call, call_id: 5 }] }, 'input[0].call_id'],
    [{ tools: {} }, 'tools'],
    [{ tool_choice: 'perhaps' }, 'tool_choice'],
    [{ text: { format: { type: 'xml' } } }, 'text.format.type'],
    [{ reasoning: 'much' }, 'reasoning'],
    [{ max_output_tokens: '5' }, 'max_output_tokens'],
  ])('names the field at fault in %j', (fields, param) => {
    const error = thrownBy(() => translate(fields));
    expect([error.code, error.options.param]).toEqual(['invalid_request', param]);
  });
});

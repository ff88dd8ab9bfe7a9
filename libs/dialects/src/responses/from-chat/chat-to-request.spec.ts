import type { Json } from '../../json/json.js';
import { hello, weather } from '../../testing/translate-chat.js';
import { thrownBy } from '../../testing/thrown-by.js';
import { chatToResponsesRequest } from './chat-to-request.js';

const translate = (fields: Json, model = 'gpt-4o'): Json =>
  chatToResponsesRequest(
    { model, messages: hello, ...fields },
    { model, stream: false, dropParams: false, defaultMaxTokens: 1 },
  ).body;
const inputOf = (messages: unknown): unknown => translate({ messages })['input'];

describe('chatToResponsesRequest', () => {
  it('asks for an answer that is not kept', () => {
    expect(translate({})).toEqual({ model: 'gpt-4o', input: hello, store: false });
  });

  it('makes items of messages, signed reasoning and calls with their outputs', () => {
    const custom = { id: 'c', type: 'custom', custom: { name: 'patch', input: 'x' } };
    const thinkingBlocks = [
      { type: 'thinking', thinking: 'hm', signature: 'E' },
      { type: 'thinking', thinking: 'unsigned', signature: '' },
    ];
    const messages = [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'assistant',
        content: 'Let me see.',
        thinking_blocks: thinkingBlocks,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '' } }, custom],
      },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'sunny' }] },
      { role: 'tool', tool_call_id: 'c', content: 'done' },
      { role: 'assistant', content: null, refusal: 'No.' },
    ];
    expect(inputOf(messages)).toEqual([
      { role: 'system', content: 'Be kind.' },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'E' },
      { role: 'assistant', content: 'Let me see.' },
      { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'c', name: 'patch', input: 'x' },
      { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: 'sunny' }] },
      { type: 'custom_tool_call_output', call_id: 'c', output: 'done' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
    ]);
  });

  it('translates parts', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'https://a.test/x.png' } },
      { type: 'file', file: { file_id: 'https://a.test/x.pdf' } },
      { type: 'file', file: { file_id: 'file_1' } },
      { type: 'future', anything: 1 },
    ];
    expect(inputOf([{ role: 'user', content }])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'https://a.test/x.png' },
          { type: 'input_file', file_url: 'https://a.test/x.pdf' },
          { type: 'input_file', file_id: 'file_1' },
          { type: 'future', anything: 1 },
        ],
      },
    ]);
  });

  it('translates fields; a tool is lax unless it says that it is strict', () => {
    const schema = { type: 'object', properties: {} };
    const body = translate({
      max_completion_tokens: 50,
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
      logprobs: true,
      top_logprobs: 2,
      metadata: { a: 'b' },
      tools: [weather],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      web_search_options: { search_context_size: 'high' },
      n: 1,
      future_field: 1,
    });
    expect(body).toEqual({
      model: 'gpt-4o',
      input: hello,
      store: false,
      max_output_tokens: 50,
      text: { format: { type: 'json_schema', name: 'a', schema } },
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
      metadata: { a: 'b' },
      tools: [
        { type: 'function', name: 'weather', description: 'Tells it', parameters: schema, strict: false },
        { type: 'web_search', search_context_size: 'high' },
      ],
      tool_choice: { type: 'function', name: 'weather' },
      future_field: 1,
    });
  });

  it('asks for what is encrypted of the thoughts of a model that thinks', () => {
    for (const model of ['o3', 'gpt-5-mini', 'openai.gpt-5.5', 'codex-mini-latest', 'openai/gpt-5']) {
      expect(translate({}, model)['include']).toEqual(['reasoning.encrypted_content']);
    }
    expect(translate({ reasoning_effort: 'low' }, 'mine')).toMatchObject({
      reasoning: { effort: 'low' },
      include: ['reasoning.encrypted_content'],
    });
    for (const model of ['gpt-4o', 'gpt-5-chat-latest'])
      expect(translate({}, model)['include']).toBeUndefined();
  });

  it.each([
    ['n', 2],
    ['stop', ['END']],
    ['seed', 1],
    ['logit_bias', { 1: 2 }],
    ['audio', { voice: 'alloy' }],
    ['functions', [{ name: 'f' }]],
  ])('refuses %s = %j', (field, value) => {
    const error = thrownBy(() => translate({ [field]: value }));
    expect([error.code, error.options.param]).toEqual(['unsupported_parameter', field]);
  });

  it('names content that OpenAI has no part for', () => {
    const content = [{ type: 'input_audio', input_audio: {} }];
    const error = thrownBy(() => inputOf([{ role: 'user', content }]));
    expect(error.options.param).toBe('messages[0].content[0]');
  });
});

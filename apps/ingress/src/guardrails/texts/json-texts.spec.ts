import { jsonTexts, withTexts } from './json-texts.js';
import { ANSWER_ROOTS, REQUEST_ROOTS } from './text-keys.js';

const textsOf = (body: unknown, roots = REQUEST_ROOTS): string[] =>
  jsonTexts(JSON.stringify(body), roots).map(({ text, role }) => (role === null ? text : `${role}: ${text}`));

describe('the texts of a request', () => {
  it.each([
    [
      'chat completions',
      {
        model: 'not this',
        messages: [
          { role: 'system', content: 'a' },
          {
            content: [
              { type: 'text', text: 'b' },
              { type: 'image_url', image_url: { url: 'x' } },
            ],
            role: 'user',
          },
          {
            role: 'assistant',
            tool_calls: [{ id: 'x', type: 'function', function: { name: 'x', arguments: '{"q":"c"}' } }],
          },
          { role: 'tool', tool_call_id: 'x', content: 'd' },
          { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] },
        ],
        metadata: { text: 'x' },
        tools: [{ function: { description: 'x' } }],
      },
      ['system: a', 'user: b', 'assistant: {"q":"c"}', 'tool: d'],
    ],
    [
      'messages',
      {
        system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'document', title: 'b', source: { type: 'text', media_type: 'text/plain', data: 'c' } },
            ],
          },
          { role: 'user', content: [{ type: 'image', source: { data: 'AAAA', type: 'base64' } }] },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'thought', signature: 'x' },
              { type: 'redacted_thinking', data: 'x' },
              { type: 'tool_use', id: 'x', name: 'x', input: { to: 'd', deep: [{ data: 'e' }] } },
            ],
          },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'x', content: [{ type: 'text', text: 'f' }] }],
          },
        ],
      },
      [
        ...['system: a', 'user: b', 'user: c', 'assistant: thought'],
        ...['assistant: d', 'assistant: e', 'user: f'],
      ],
    ],
    [
      'responses',
      {
        instructions: 'a',
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'b' },
              { type: 'input_image', image_url: 'x' },
            ],
          },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'thought' }], encrypted_content: 'x' },
          { type: 'function_call', name: 'x', arguments: '{}' },
          { type: 'function_call_output', call_id: 'x', output: 'c' },
        ],
      },
      ['system: a', 'user: b', 'thought', '{}', 'c'],
    ],
    [
      'Gemini',
      {
        systemInstruction: { parts: [{ text: 'a' }] },
        contents: [
          { role: 'user', parts: [{ text: 'b' }, { inlineData: { mimeType: 'x', data: 'AAAA' } }] },
          { role: 'model', parts: [{ functionCall: { name: 'x', args: { q: 'c' } } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'x', response: { found: ['d'] } } }] },
        ],
      },
      ['system: a', 'user: b', 'model: c', 'user: d'],
    ],
    [
      'Cohere',
      {
        messages: [
          { role: 'tool', content: [{ type: 'document', document: { id: 'x', data: 'a' } }] },
          { role: 'user', content: 'b' },
        ],
        documents: [{ id: 'c', data: { text: 'd' } }],
      },
      ['tool: a', 'user: b', 'c', 'd'],
    ],
    [
      'stored prompts',
      { prompt: { id: 'x', variables: { name: 'a', file: { type: 'input_text', text: 'b' } } } },
      ['a', 'input_text', 'b'],
    ],
    ['embeddings', { input: ['a', 'b'], encoding_format: 'x' }, ['a', 'b']],
    ['rerank', { query: 'a', documents: ['b', { data: 'c' }] }, ['a', 'b', 'c']],
    ['generate', { prompt: 'a', system: 'b', images: ['AAAA'] }, ['a', 'system: b']],
    ['tokens', { input: [[1, 2.5e3, null, true]], prompt: '' }, []],
  ])('of %s', (_dialect, body, texts) => {
    expect(textsOf(body)).toEqual(texts);
  });
});

describe('the texts of an answer', () => {
  it.each([
    [
      { id: 'x', choices: [{ message: { role: 'assistant', content: 'a', reasoning_content: 'b' } }] },
      ['assistant: a', 'assistant: b'],
    ],
    [{ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'a' } }] } }] }, ['a']],
    [{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } }, ['a']],
    [{ type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'a' } }, ['a']],
    [{ choices: [{ message: { content: 'a', reasoning: 'b' } }] }, ['a', 'b']],
    [{ content: [{ type: 'thinking', thinking: 'a', signature: 'x' }] }, ['a']],
    [{ model: 'x', message: { content: 'a', thinking: 'b' } }, ['a', 'b']],
    [{ type: 'response.created', response: { reasoning: { effort: 'low', summary: 'auto' } } }, []],
    [{ type: 'response.output_text.delta', item_id: 'x', delta: 'a' }, ['a']],
    [
      {
        type: 'response.completed',
        response: { id: 'x', output: [{ role: 'assistant', content: [{ text: 'a' }] }] },
      },
      ['assistant: a'],
    ],
    [{ candidates: [{ content: { parts: [{ text: 'a' }], role: 'model' } }] }, ['model: a']],
    [{ choices: [{ message: { audio: { id: 'x', data: 'AAAA', transcript: 'a' } } }] }, ['a']],
    [{ model: 'x', response: 'a', done: false }, ['a']],
    [{ model: 'x', message: { role: 'assistant', content: 'a' } }, ['assistant: a']],
    [{ type: 'content-delta', delta: { message: { content: { text: 'a' } } } }, ['a']],
    [{ output: { message: { role: 'assistant', content: [{ text: 'a' }] } } }, ['assistant: a']],
  ])('%j', (body, texts) => {
    expect(textsOf(body, ANSWER_ROOTS)).toEqual(texts);
  });
});

it.each([
  [{ content: [{ type: 'thinking', thinking: 'a', signature: 'x' }] }, true],
  [{ content: [{ type: 'thinking', thinking: 'a', signature: '' }] }, false],
  [{ content: [{ signature: 'x', type: 'text', text: 'a' }] }, false],
  [{ content: 'a', reasoning_content: '' }, false],
  [{ reasoning_content: 'a' }, false],
  [{ thinking_blocks: [{ type: 'thinking', thinking: 'a', signature: 'x' }] }, true],
  [{ content: [{ reasoningContent: { reasoningText: { text: 'a', signature: 'x' } } }] }, true],
  [{ type: 'reasoning', encrypted_content: 'x', summary: [{ type: 'summary_text', text: 'a' }] }, true],
  [{ type: 'reasoning', encrypted_content: null, summary: [{ type: 'summary_text', text: 'a' }] }, false],
])('tells what a provider has sealed: %j', (message, isSealed) => {
  expect(jsonTexts(JSON.stringify({ messages: [message] }), REQUEST_ROOTS)).toMatchObject([
    { text: 'a', isSealed },
  ]);
});

it('changes texts alone: numbers, spaces, escapes and repeated members stay as they are', () => {
  const source = String.raw`{ "seed": 12345678901234567890, "messages" : [{"content":"a\u00e9\"b\\","role":"user"}, {"content": "c"}],"n":1.0, "messages":[{"content":"d"}] }`;
  const texts = jsonTexts(source, REQUEST_ROOTS);
  expect(texts.map(({ text }) => text)).toEqual(['aé"b\\', 'c', 'd']);
  expect(withTexts(source, texts, ['aé"b\\', 'c"\n', 'd'])).toBe(source.replace('"c"', String.raw`"c\"\n"`));
  expect(
    withTexts(
      source,
      texts,
      texts.map(({ text }) => text),
    ),
  ).toBe(source);
});

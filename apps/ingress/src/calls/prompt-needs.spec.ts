import { promptNeeds } from './prompt-needs.js';

const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const text = { type: 'text', text: 'Look: image_url, tools, cache_control' };

describe('what a prompt needs', () => {
  it.each([
    ['nothing for text', { messages: [{ role: 'user', content: 'input_audio' }], system: 'image' }, []],
    ['nothing for text parts', user(text, text), []],
    ['vision', user(text, { type: 'image_url', image_url: { url: 'https://x.test/a.png' } }), ['vision']],
    ["vision for Anthropic's images", user({ type: 'image', source: { type: 'base64' } }), ['vision']],
    [
      'vision for what a tool gave back',
      user({ type: 'tool_result', content: [{ type: 'image', source: {} }] }),
      ['vision'],
    ],
    ['audioInput', user({ type: 'input_audio', input_audio: {} }), ['audioInput']],
    ['pdfInput', user({ type: 'file', file: { file_id: 'file-1' } }), ['pdfInput']],
    [
      'vision for an image file',
      user({ type: 'file', file: { file_data: 'data:image/png;base64,A' } }),
      ['vision'],
    ],
    ['nothing for a text file', user({ type: 'file', file: { file_data: 'data:text/plain,A' } }), []],
    [
      "pdfInput for Anthropic's documents",
      user({ type: 'document', source: { type: 'base64' } }),
      ['pdfInput'],
    ],
    ['nothing for a document of text', user({ type: 'document', source: { type: 'text' } }), []],
    ['audioOutput', { messages: [], modalities: ['text', 'audio'] }, ['audioOutput']],
    ['tools', { messages: [], tools: [{ type: 'function', function: {} }] }, ['tools']],
    ['tools for functions', { messages: [], functions: [{ name: 'f' }] }, ['tools']],
    ['nothing for empty tools', { messages: [], tools: [], functions: [] }, []],
    ['jsonSchema', { messages: [], response_format: { type: 'json_schema' } }, ['jsonSchema']],
    ['nothing for any JSON', { messages: [], response_format: { type: 'json_object' } }, []],
    ["jsonSchema for Anthropic's", { output_config: { format: { type: 'json_schema' } } }, ['jsonSchema']],
    ['webSearch', { messages: [], web_search_options: {} }, ['webSearch']],
    [
      "webSearch and tools for Anthropic's",
      {
        tools: [
          { type: 'web_search_20250305', name: 'web_search' },
          { name: 'mine', input_schema: {} },
        ],
      },
      ['webSearch', 'tools'],
    ],
    [
      'each once',
      user({ type: 'image' }, { type: 'image' }, { type: 'input_audio' }),
      ['vision', 'audioInput'],
    ],
  ])('is %s', (_name, body, needs) => {
    expect(promptNeeds(body).needs).toEqual(needs);
  });

  it.each([
    {},
    {
      messages: 'x',
      tools: 'x',
      functions: 1,
      modalities: 'audio',
      system: 1,
      response_format: 'json_schema',
    },
    { messages: [null, 1, 'x', { content: [null, 1] }], tools: [null], output_config: 7 },
  ])('is nothing for %j', (body) => {
    expect(promptNeeds(body)).toEqual({ needs: [], cacheMarked: false });
  });

  it.each([
    user({ ...text, cache_control: { type: 'ephemeral' } }),
    { system: [{ ...text, cache_control: { type: 'ephemeral' } }] },
    { messages: [{ role: 'system', content: 'x', cache_control: { type: 'ephemeral' } }] },
    { tools: [{ name: 'f', cache_control: { type: 'ephemeral' } }] },
  ])('sees the marks of %j', (body) => {
    expect(promptNeeds(body).cacheMarked).toBe(true);
  });
});

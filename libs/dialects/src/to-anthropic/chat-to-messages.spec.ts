import { hello, translate, weather } from '../testing/translate-chat.js';

describe('chatToMessages: messages', () => {
  const turns = (messages: unknown): unknown => translate({ messages })['messages'];

  it('puts system and developer messages on top', () => {
    const body = translate({
      messages: [
        { role: 'system', content: 'Be kind.' },
        ...hello,
        {
          role: 'developer',
          content: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        },
      ],
    });
    expect(body['system']).toEqual([
      { type: 'text', text: 'Be kind.' },
      { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
    ]);
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'text', text: 'hello' }] }]);
  });

  it('makes a turn of a conversation that is system text alone', () => {
    const body = translate({ messages: [{ role: 'system', content: 'Tell a joke.' }] });
    expect(body['system']).toBeUndefined();
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Tell a joke.' }] }]);
  });

  it('merges parallel tool results and what the user says next into one turn', () => {
    const messages = [
      ...hello,
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          {
            id: 'functions.weather:0',
            type: 'function',
            function: { name: 'weather', arguments: '{"city":"Rome"}' },
          },
          { id: 'b', type: 'function', function: { name: 'clock', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'functions.weather:0', content: 'sunny' },
      {
        role: 'tool',
        tool_call_id: 'b',
        content: [{ type: 'text', text: 'noon', cache_control: { type: 'ephemeral' } }],
      },
      { role: 'user', content: 'and?' },
    ];
    expect(turns(messages)).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'functions_weather_0', name: 'weather', input: { city: 'Rome' } },
          { type: 'tool_use', id: 'b', name: 'clock', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'functions_weather_0', content: 'sunny' },
          { type: 'tool_result', tool_use_id: 'b', content: 'noon', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'and?' },
        ],
      },
    ]);
  });

  it.each([
    [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    ],
    [
      { type: 'image_url', image_url: 'https://a.test/x.png', cache_control: { type: 'ephemeral' } },
      {
        type: 'image',
        source: { type: 'url', url: 'https://a.test/x.png' },
        cache_control: { type: 'ephemeral' },
      },
    ],
    [
      { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
        title: 'a.pdf',
      },
    ],
    [
      { type: 'file', file: { file_data: 'data:text/plain;base64,aGk=' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' } },
    ],
    [
      { type: 'file', file: { file_data: 'data:text/plain,100%' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '100%' } },
    ],
    [
      { type: 'file', file: { file_id: 'file_1' } },
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    ],
    [
      { type: 'file', file: { file_id: 'https://a.test/x.pdf' } },
      { type: 'document', source: { type: 'url', url: 'https://a.test/x.pdf' } },
    ],
    [
      { type: 'search_result', anything: 1 },
      { type: 'search_result', anything: 1 },
    ],
  ])('translates the part %j', (part, block) => {
    expect(turns([{ role: 'user', content: [part] }])).toEqual([{ role: 'user', content: [block] }]);
  });

  it('sends thinking back first, and only with its signature', () => {
    const signed = { type: 'thinking', thinking: 'hm', signature: 'sig' };
    const redacted = { type: 'redacted_thinking', data: 'xx' };
    const unsigned = { type: 'thinking', thinking: 'unsigned', signature: '' };
    const ofGemini = { type: 'thinking', thinking: 'hm', signature: 'gemini:sig' };
    const thinkingBlocks = [signed, unsigned, ofGemini, redacted];
    const message = {
      role: 'assistant',
      content: 'yes',
      reasoning_content: 'hm',
      thinking_blocks: thinkingBlocks,
    };
    expect(turns([...hello, message, ...hello])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
      { role: 'assistant', content: [signed, redacted, { type: 'text', text: 'yes' }] },
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
    ]);
  });

  it('leaves blank texts out and trims a prefilled answer', () => {
    const content = [
      { type: 'text', text: ' ' },
      { type: 'text', text: 'Say:' },
    ];
    expect(
      turns([
        { role: 'user', content },
        { role: 'assistant', content: 'It is \n' },
      ]),
    ).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Say:' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'It is' }] },
    ]);
  });
});

describe('chatToMessages: tools', () => {
  it('translates tools, choices and parallelism', () => {
    const body = translate({ tools: [weather], tool_choice: 'required', parallel_tool_calls: false });
    expect(body['tools']).toEqual([
      { name: 'weather', description: 'Tells it', input_schema: { type: 'object', properties: {} } },
    ]);
    expect(body['tool_choice']).toEqual({ type: 'any', disable_parallel_tool_use: true });
    const named = { type: 'function', function: { name: 'weather' } };
    expect(translate({ tools: [weather], tool_choice: named })['tool_choice']).toEqual({
      type: 'tool',
      name: 'weather',
    });
    expect(
      translate({ tools: [weather], tool_choice: 'none', parallel_tool_calls: false })['tool_choice'],
    ).toEqual({
      type: 'none',
    });
    expect(translate({ tool_choice: 'auto' })['tool_choice']).toBeUndefined();
  });

  it("keeps Anthropic's own tools, cache marks, and strictness where the model knows it", () => {
    const own = { type: 'bash_20250124', name: 'bash' };
    const strict = {
      type: 'function',
      function: { name: 'f', strict: true },
      cache_control: { type: 'ephemeral' },
    };
    const schema = { type: 'object', properties: {} };
    expect(
      translate({ tools: [own, strict], web_search_options: { search_context_size: 'low' } })['tools'],
    ).toEqual([
      own,
      { name: 'f', input_schema: schema, strict: true, cache_control: { type: 'ephemeral' } },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 1 },
    ]);
    expect(translate({ model: 'claude-3-5-sonnet-latest', tools: [strict] })['tools']).toEqual([
      { name: 'f', input_schema: schema, cache_control: { type: 'ephemeral' } },
    ]);
  });
});

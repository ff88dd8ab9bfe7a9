import type { Json } from '../json/json.js';
import { thrownBy } from '../testing/thrown-by.js';
import { hello, weather } from '../testing/translate-chat.js';
import { bedrockConverse } from './bedrock-converse.js';

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const NOVA = 'us.amazon.nova-lite-v1:0';
const NOVA_2 = 'us.amazon.nova-2-lite-v1:0';
const LLAMA = 'us.meta.llama3-3-70b-instruct-v1:0';
const KIMI = 'moonshot.kimi-k2-thinking';

const translated = (fields: Json, model = CLAUDE, dropParams = false) =>
  bedrockConverse.back!.fromCanonical(
    { model, messages: hello, ...fields },
    { model, stream: false, dropParams, defaultMaxTokens: 9 },
  );

const toConverse = (fields: Json, model = CLAUDE): Json => translated(fields, model).body;
const contentOf = (content: unknown, model = CLAUDE): unknown =>
  (toConverse({ messages: [{ role: 'user', content }] }, model)['messages'] as Json[])[0]?.['content'];

const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
const called = [
  ...hello,
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', tool_call_id: 'call_1', content: 'rain', is_error: true },
];

describe("a chat request as Converse's", () => {
  it('has parameters under their names; the model is given what Converse does not know', () => {
    const fields = {
      max_tokens: 7,
      temperature: 1.5,
      top_p: 0.5,
      stop: 'END',
      service_tier: 'flex',
      user: 'u',
    };
    const guardrail = { guardrailIdentifier: 'g', guardrailVersion: '1' };
    expect(
      toConverse({ ...fields, top_k: 3, guardrailConfig: guardrail, brand_new: 1, stream: true }),
    ).toEqual({
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
      inferenceConfig: { maxTokens: 7, temperature: 1, topP: 0.5, stopSequences: ['END'] },
      serviceTier: { type: 'flex' },
      guardrailConfig: guardrail,
      additionalModelRequestFields: { brand_new: 1, top_k: 3 },
    });
    expect(toConverse({ top_k: 3 }, NOVA)['additionalModelRequestFields']).toEqual({
      inferenceConfig: { topK: 3 },
    });
  });

  it('has calls, their results and what failed', () => {
    expect(toConverse({ messages: called, tools: [weather] })['messages']).toEqual([
      { role: 'user', content: [{ text: 'hello' }] },
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Oslo' } } }],
      },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 'call_1', content: [{ text: 'rain' }], status: 'error' } }],
      },
    ]);
  });

  it('keeps signed thinking, and ids of calls where the model counts on them', () => {
    const blocks = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'redacted_thinking', data: 'AA==' },
    ];
    const odd = { ...call, id: 'functions.weather:0' };
    const turn = { role: 'assistant', content: null, thinking_blocks: blocks, tool_calls: [odd] };
    const contents = (model: string): unknown =>
      (toConverse({ messages: [...hello, turn] }, model)['messages'] as Json[])[1]?.['content'];
    expect(contents(CLAUDE)).toEqual([
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { reasoningContent: { redactedContent: 'AA==' } },
      { toolUse: { toolUseId: 'functions_weather_0', name: 'weather', input: { city: 'Oslo' } } },
    ]);
    expect(contents(KIMI)).toContainEqual({
      toolUse: { toolUseId: 'functions.weather:0', name: 'weather', input: { city: 'Oslo' } },
    });
  });

  it.each([
    ['auto', { auto: {} }],
    ['required', { any: {} }],
    [{ type: 'function', function: { name: 'weather' } }, { tool: { name: 'weather' } }],
  ])('chooses tools: %j', (choice, expected) => {
    expect(toConverse({ tools: [weather], tool_choice: choice })['toolConfig']).toEqual({
      tools: [
        {
          toolSpec: {
            name: 'weather',
            description: 'Tells it',
            inputSchema: { json: { type: 'object', properties: {} } },
          },
        },
      ],
      toolChoice: expected,
    });
  });

  it('declares the tools that were called, for Converse refuses their calls else', () => {
    expect(toConverse({ tools: [weather], tool_choice: 'none' })['toolConfig']).toBeUndefined();
    const config = toConverse({ messages: called })['toolConfig'] as Json;
    expect(config['tools']).toHaveLength(1);
    expect(JSON.stringify(config)).toContain('Not available any more.');
  });

  it('lets Claude call one tool at a time, and no other', () => {
    const fields = { tools: [weather], parallel_tool_calls: false };
    expect(toConverse(fields)['additionalModelRequestFields']).toEqual({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    });
    expect(thrownBy(() => toConverse(fields, NOVA)).options.param).toBe('parallel_tool_calls');
  });

  it('puts cache points where the model has a cache for it', () => {
    const mark = { type: 'ephemeral', ttl: '1h' };
    const fields = {
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be kind.', cache_control: mark }] },
        ...hello,
      ],
      tools: [{ ...weather, cache_control: { type: 'ephemeral' } }],
    };
    const points = (model: string): unknown =>
      JSON.stringify(toConverse(fields, model))
        .match(/"cachePoint":\{[^}]*\}/g)
        ?.sort() ?? [];
    expect(points(CLAUDE)).toEqual([
      '"cachePoint":{"type":"default","ttl":"1h"}',
      '"cachePoint":{"type":"default"}',
    ]);
    expect(points(NOVA)).toHaveLength(1);
    expect(points(LLAMA)).toEqual([]);
  });

  it.each([
    [CLAUDE, { thinking: { type: 'enabled', budget_tokens: 2048 } }],
    [NOVA_2, { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } }],
    ['qwen.qwen3-32b-v1:0', { reasoning_config: 'medium' }],
    ['openai.gpt-oss-120b-1:0', { reasoning_effort: 'medium' }],
  ])('tells %s how much to think', (model, fields) => {
    expect(toConverse({ reasoning_effort: 'medium' }, model)['additionalModelRequestFields']).toEqual(fields);
    expect(toConverse({ reasoning_effort: 'none' }, model)['additionalModelRequestFields']).toBeUndefined();
  });

  const schema = { type: 'object', properties: {}, additionalProperties: false };
  const format = { type: 'json_schema', json_schema: { name: 'n', description: 'd', schema } };

  it('holds the answer to a schema', () => {
    for (const model of [CLAUDE, KIMI, 'qwen.qwen3-32b-v1:0'])
      expect(toConverse({ response_format: format }, model)['outputConfig']).toEqual({
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'n', description: 'd', schema: JSON.stringify(schema) } },
        },
      });
  });

  it.each([
    ['us.anthropic.claude-3-haiku-20240307-v1:0', { tool: { name: 'tollgate_json_answer' } }],
    [NOVA, { tool: { name: 'tollgate_json_answer' } }],
    [LLAMA, undefined],
  ])('holds the answer of %s to it by a tool', (model, choice) => {
    const body = toConverse({ response_format: format }, model);
    expect(body['outputConfig']).toBeUndefined();
    const { tools, toolChoice } = body['toolConfig'] as Json;
    expect(tools).toMatchObject([
      { toolSpec: { name: 'tollgate_json_answer', inputSchema: { json: schema } } },
    ]);
    expect(toolChoice).toEqual(choice);
  });

  it('searches with Nova', () => {
    const tools = (toConverse({ web_search_options: {} }, NOVA)['toolConfig'] as Json)['tools'];
    expect(tools).toEqual([{ systemTool: { name: 'nova_grounding' } }]);
    expect(thrownBy(() => toConverse({ web_search_options: {} })).options.param).toBe('web_search_options');
  });
});

describe("media of a chat as Converse's", () => {
  const bytes = Buffer.from('a,b').toString('base64');

  it('has images, videos, sound and what is guarded', () => {
    expect(
      contentOf([
        { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AAAA' } },
        { type: 'image_url', image_url: { url: 's3://bucket/a.JPG' } },
        { type: 'video_url', video_url: { url: 'data:video/quicktime;base64,AAAA' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        { type: 'guarded_text', text: 'careful', qualifiers: ['query'] },
      ]),
    ).toEqual([
      { image: { format: 'jpeg', source: { bytes: 'AAAA' } } },
      { image: { format: 'jpeg', source: { s3Location: { uri: 's3://bucket/a.JPG' } } } },
      { video: { format: 'mov', source: { bytes: 'AAAA' } } },
      { audio: { format: 'mp3', source: { bytes: 'AAAA' } } },
      { guardContent: { text: { text: 'careful', qualifiers: ['query'] } } },
    ]);
  });

  it('has documents with names that Converse takes, each another', () => {
    const file = (filename: string, type = 'text/csv'): Json => ({
      type: 'file',
      file: { filename, file_data: `data:${type};base64,${bytes}` },
    });
    expect(
      contentOf([
        file('sales_2024.csv'),
        file('sales_2024.csv'),
        file('', 'application/pdf'),
        file('note', 'text/plain'),
      ]),
    ).toEqual([
      { document: { format: 'csv', name: 'sales-2024', source: { bytes } } },
      { document: { format: 'csv', name: 'sales-2024 2', source: { bytes } } },
      { document: { format: 'pdf', name: 'document', source: { bytes } } },
      { document: { format: 'txt', name: 'note', source: { bytes } } },
    ]);
  });

  it('refuses what would have to be fetched, or leaves it out', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'text', text: 'see' },
    ];
    const error = thrownBy(() => contentOf(content));
    expect([error.code, error.options.param]).toEqual(['unsupported_parameter', 'messages']);
    expect(error.message).toContain('data URL');
    const { body, dropped } = translated({ messages: [{ role: 'user', content }] }, CLAUDE, true);
    expect(body['messages']).toEqual([{ role: 'user', content: [{ text: 'see' }] }]);
    expect(dropped).toEqual(['messages']);
  });

  it.each([
    ['n', 2],
    ['seed', 1],
    ['logprobs', true],
    ['service_tier', 'scale'],
    ['tools', [{ type: 'computer_20250124', name: 'computer' }]],
  ])('refuses %s', (name, value) => {
    expect(thrownBy(() => toConverse({ [name]: value })).options.param).toMatch(new RegExp(`^${name}`));
  });
});

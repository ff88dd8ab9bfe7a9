import type { GatewayError } from '@tollgate/contracts';
import type { Back, Front } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { hello, weather } from '../testing/translate-chat.js';
import { geminiContent } from './gemini-content.js';
import { NO_SIGNATURE, markedSignature } from './thought-signature.js';

const { front, back } = geminiContent as { front: Required<Front>; back: Required<Back> };
const options = { model: 'gemini-2.5-flash', stream: false, dropParams: false, defaultMaxTokens: 1 };

const toGemini = (fields: Json, model = options.model): Json =>
  back.fromCanonical({ model, messages: hello, ...fields }, { ...options, model }).body;
const toChat = (fields: Json): Json =>
  front.toCanonical({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }], ...fields }, options);
const called = (fields: Json = {}): Json => ({
  id: 'a',
  type: 'function',
  function: { name: 'weather', arguments: '{"city":"Ulm"}' },
  ...fields,
});
const answered = { role: 'tool', tool_call_id: 'a', content: 'rain' };

function refusalOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as GatewayError).options.param;
  }
  return null;
}

describe('a chat request for Gemini', () => {
  it('has its settings, system text and tools in their places', () => {
    const body = toGemini({
      messages: [{ role: 'system', content: 'Be kind.' }, ...hello],
      temperature: 0.5,
      max_completion_tokens: 9,
      stop: 'x',
      n: 2,
      logprobs: true,
      top_logprobs: 3,
      modalities: ['text', 'image'],
      tools: [weather, { codeExecution: {} }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      web_search_options: {},
      safety_settings: [],
      labels: { team: 'a' },
      generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' },
    });
    expect(body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
      systemInstruction: { parts: [{ text: 'Be kind.' }] },
      tools: [
        { functionDeclarations: [{ name: 'weather', description: 'Tells it' }] },
        { codeExecution: {} },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
      safetySettings: [],
      labels: { team: 'a' },
      generationConfig: {
        mediaResolution: 'MEDIA_RESOLUTION_LOW',
        temperature: 0.5,
        maxOutputTokens: 9,
        candidateCount: 2,
        stopSequences: ['x'],
        responseLogprobs: true,
        logprobs: 3,
        responseModalities: ['TEXT', 'IMAGE'],
      },
    });
  });

  it.each([
    ['gemini-2.5-flash', 'low', { thinkingBudget: 1024, includeThoughts: true }],
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }],
    ['gemini-3-flash-preview', 'none', { thinkingLevel: 'minimal' }],
    ['gemini-3-pro-preview', 'medium', { thinkingLevel: 'high', includeThoughts: true }],
    ['gemini-3.1-pro', 'medium', { thinkingLevel: 'medium', includeThoughts: true }],
    ['gemini-3.1-pro', 'max', { thinkingLevel: 'high', includeThoughts: true }],
  ])('makes %s think as hard as %s', (model, effort, thinkingConfig) => {
    expect(toGemini({ reasoning_effort: effort }, model)['generationConfig']).toEqual({ thinkingConfig });
  });

  it('takes the budget of a caller who counts thoughts', () => {
    const thinking = { type: 'enabled', budget_tokens: 99 };
    const thinkingConfig = { thinkingBudget: 99, includeThoughts: true };
    expect(toGemini({ thinking })['generationConfig']).toEqual({ thinkingConfig });
  });

  it('has media inline or linked', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: 'https://a.b/c.webp?d=1' },
      { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
      { type: 'file', file: { file_data: 'CCCC', filename: 'a.csv' } },
      { type: 'file', file: { file_id: 'https://youtu.be/x' } },
    ];
    expect(toGemini({ messages: [{ role: 'user', content }] })['contents']).toEqual([
      {
        role: 'user',
        parts: [
          { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
          { fileData: { mimeType: 'image/webp', fileUri: 'https://a.b/c.webp?d=1' } },
          { inlineData: { mimeType: 'audio/mpeg', data: 'BBBB' } },
          { inlineData: { mimeType: 'text/csv', data: 'CCCC' } },
          { fileData: { mimeType: 'video/mp4', fileUri: 'https://youtu.be/x' } },
        ],
      },
    ]);
  });

  const conversation = (assistant: Json): Json[] => [
    ...hello,
    { role: 'assistant', content: null, ...assistant },
    answered,
    { role: 'tool', tool_call_id: 'b', content: '{"sun":1}', is_error: false },
  ];
  const callsOf = (body: Json): unknown => (body['contents'] as { parts: unknown }[])[1]?.parts;

  it('keeps calls and their answers together, by name', () => {
    const body = toGemini({ messages: conversation({ tool_calls: [called(), called({ id: 'b' })] }) });
    expect((body['contents'] as Json[]).slice(1)).toEqual([
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'a', name: 'weather', args: { city: 'Ulm' } } },
          { functionCall: { id: 'b', name: 'weather', args: { city: 'Ulm' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'weather', response: { output: 'rain' } } },
          { functionResponse: { id: 'b', name: 'weather', response: { sun: 1 } } },
        ],
      },
    ]);
  });

  it.each([
    ['its own', { provider_specific_fields: { thought_signature: 'own' } }, [], 'own'],
    [
      'that of the thinking',
      {},
      [{ type: 'thinking', thinking: '', signature: markedSignature('sig') }],
      'sig',
    ],
    [
      'none to be checked',
      {},
      [{ type: 'thinking', thinking: 'hm', signature: "another vendor's" }],
      NO_SIGNATURE,
    ],
  ])('gives a call of Gemini 3 a signature: %s', (_whose, fields, blocks, thoughtSignature) => {
    const tool_calls = [called(fields), called({ id: 'b' })];
    const body = toGemini(
      { messages: conversation({ tool_calls, thinking_blocks: blocks }) },
      'gemini-3-flash',
    );
    expect(callsOf(body)).toMatchObject([{ thoughtSignature }, { functionCall: { id: 'b' } }]);
    expect(callsOf(body)).toHaveLength(2);
  });

  it.each([
    [{ logit_bias: { a: 1 } }, 'logit_bias'],
    [{ tools: [weather], parallel_tool_calls: false }, 'parallel_tool_calls'],
    [{ tools: [{ type: 'custom', custom: {} }] }, 'tools[0]'],
    [{ web_search_options: { user_location: {} } }, 'web_search_options.user_location'],
    [{ audio: { voice: 'Kore', format: 'mp3' } }, 'audio.format'],
  ])('refuses %j by its name', (fields, param) => {
    expect(refusalOf(() => toGemini(fields))).toBe(param);
    const request = { messages: hello, ...fields };
    expect(back.fromCanonical(request, { ...options, dropParams: true }).dropped).toEqual([param]);
  });

  it.each([
    [{ messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] }, 'messages[0].tool_call_id'],
    [{ messages: 5 }, 'messages'],
    [{ reasoning_effort: 'much' }, 'reasoning_effort'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
  ])('names what is wrong in %j', (fields, param) => {
    expect(refusalOf(() => toGemini(fields))).toBe(param);
  });
});

describe("a Gemini client's request", () => {
  it('is a chat request, in either spelling', () => {
    const camel = {
      systemInstruction: { parts: [{ text: 'Be kind.' }] },
      generationConfig: {
        maxOutputTokens: 5,
        topK: 3,
        responseMimeType: 'application/json',
        responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
        thinkingConfig: { thinkingBudget: 1024 },
      },
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      tools: [
        { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object' } }] },
        { googleSearch: {} },
      ],
    };
    const snake = {
      system_instruction: 'Be kind.',
      generation_config: {
        max_output_tokens: 5,
        top_k: 3,
        response_mime_type: 'application/json',
        response_schema: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
        thinking_config: { thinking_budget: 1024 },
      },
      tool_config: { function_calling_config: { mode: 'ANY' } },
      tools: [
        { function_declarations: [{ name: 'f', parameters_json_schema: { type: 'object' } }] },
        { google_search: {} },
      ],
    };
    const chat = toChat(camel);
    expect(toChat(snake)).toEqual(chat);
    expect(chat).toEqual({
      model: options.model,
      messages: [{ role: 'system', content: 'Be kind.' }, ...hello],
      max_tokens: 5,
      top_k: 3,
      reasoning_effort: 'low',
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'answer',
          schema: { type: 'object', properties: { a: { type: ['string', 'null'] } } },
        },
      },
      tool_choice: 'required',
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      web_search_options: {},
    });
  });

  it('gives calls without ids the same ones as their answers, and takes them away again', () => {
    const call = (city: string): Json => ({ functionCall: { name: 'weather', args: { city } } });
    const response = (output: string): Json => ({
      functionResponse: { name: 'weather', response: { output } },
    });
    const contents = [
      { role: 'model', parts: [call('Ulm'), call('Bonn')] },
      { role: 'user', parts: [response('rain'), response('sun'), { text: 'so?' }] },
    ];
    const chat = toChat({ contents });
    const [assistant, ...others] = chat['messages'] as Json[];
    const ids = (assistant?.['tool_calls'] as Json[]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(others).toMatchObject([
      { role: 'tool', tool_call_id: ids[0], content: 'rain' },
      { role: 'tool', tool_call_id: ids[1], content: 'sun' },
      { role: 'user', content: 'so?' },
    ]);
    expect(back.fromCanonical(chat, options).body['contents']).toEqual(contents);
  });

  it('may leave out what only Gemini has, which else travels on', () => {
    const own = { safetySettings: [], labels: {}, generationConfig: { speechConfig: {}, topP: 1 } };
    expect(toChat(own)).toMatchObject({
      safety_settings: [],
      labels: {},
      generationConfig: { speechConfig: {} },
    });
    const contents = [{ parts: [{ text: 'hello' }] }];
    expect(front.toCanonical({ contents, ...own }, { ...options, dropParams: true })).toEqual({
      model: options.model,
      messages: hello,
      top_p: 1,
    });
  });

  it.each([
    [{ contents: 5 }, 'contents'],
    [{ contents: [{ role: 'x', parts: [] }] }, 'contents[0].role'],
    [
      { contents: [{ parts: [{ functionCall: {}, text: null }], role: 'model' }] },
      'contents[0].parts[0].functionCall.name',
    ],
    [{ generationConfig: { responseMimeType: 'text/x.enum' } }, 'generationConfig.responseMimeType'],
    [{ generationConfig: { temperature: 'hot' } }, 'generationConfig.temperature'],
  ])('is told what is wrong in %j', (fields, param) => {
    expect(refusalOf(() => toChat(fields))).toBe(param);
  });
});

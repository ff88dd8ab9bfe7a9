import type { Back, Front } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { SseDecoder } from '../sse/sse-decoder.js';
import { ANSWER_OPTIONS, eventOf, fuzzCodec } from '../testing/fuzz-codec.js';
import { hello, weather } from '../testing/translate-chat.js';
import { geminiContent } from './gemini-content.js';

const { front, back } = geminiContent as { front: Required<Front>; back: Required<Back> };
const usageMetadata = {
  promptTokenCount: 5,
  candidatesTokenCount: 3,
  thoughtsTokenCount: 2,
  totalTokenCount: 10,
};
const answerOf = (parts: readonly Json[], fields: Json = { finishReason: 'STOP' }): Json => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...fields }],
  usageMetadata,
  modelVersion: 'gemini-3-flash',
  responseId: 'r1',
});
const call: Json = { functionCall: { name: 'weather', args: { city: 'Ulm' } }, thoughtSignature: 'c2ln' };
const choiceOf = (answer: Json): Json =>
  (back.toCanonical(answer, ANSWER_OPTIONS)['choices'] as Json[])[0] ?? {};
const decoded = (answers: readonly Json[]): Json[] => {
  const decoder = back.stream(ANSWER_OPTIONS);
  return answers.flatMap((answer) => decoder.push(eventOf(answer)));
};
const deltasOf = (answers: readonly Json[]): unknown[] =>
  decoded(answers).flatMap((chunk) => (chunk['choices'] as Json[]).map(({ delta }) => delta));
const shown = { generationConfig: { thinkingConfig: { includeThoughts: true } } };
const marked = { type: 'thinking', thinking: 'hm', signature: 'gemini:c2ln' };

describe("Gemini's answer", () => {
  it('is a chat completion', () => {
    const answer = answerOf([{ text: 'hm', thought: true }, { text: 'It rains' }, call]);
    expect(choiceOf(answer)).toEqual({
      index: 0,
      message: {
        role: 'assistant',
        content: 'It rains',
        refusal: null,
        reasoning_content: 'hm',
        thinking_blocks: [marked],
        tool_calls: [
          {
            id: 'call_gemini_r1_0_0',
            type: 'function',
            function: { name: 'weather', arguments: '{"city":"Ulm"}' },
            provider_specific_fields: { thought_signature: 'c2ln' },
          },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    });
    expect(back.facts(answer)).toMatchObject({
      usage: { input: 5, output: 3, reasoning: 2 },
      responseId: 'r1',
    });
  });

  it('has images, and a choice for each candidate', () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
    const [candidate] = answerOf([image])['candidates'] as Json[];
    const { choices } = back.toCanonical({ candidates: [candidate, candidate] }, ANSWER_OPTIONS);
    const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
    expect(choices).toMatchObject([{ message: { images } }, { index: 1, message: { images } }]);
  });

  it('tells where it looked, in characters where Gemini counts bytes', () => {
    const groundingMetadata = {
      webSearchQueries: ['a', 'b'],
      groundingChunks: [{ web: { uri: 'https://a.b', title: 'A' } }],
      groundingSupports: [{ segment: { startIndex: 3, endIndex: 4 }, groundingChunkIndices: [0] }],
    };
    const answer = answerOf([{ text: 'Öl é' }], { finishReason: 'STOP', groundingMetadata });
    const url_citation = { url: 'https://a.b', title: 'A', start_index: 2, end_index: 3 };
    const annotations = [{ type: 'url_citation', url_citation }];
    expect(choiceOf(answer)).toMatchObject({ message: { annotations } });
    expect(back.facts(answer).usage?.searches).toBe(2);
    expect(deltasOf([answer])).toContainEqual({ annotations });
  });

  it.each([
    [{ candidates: [{ finishReason: 'SAFETY', safetyRatings: [] }] }, 'content_filter', 'SAFETY'],
    [
      { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'bad call' }] },
      'stop',
      'bad call',
    ],
    [{ promptFeedback: { blockReason: 'OTHER' } }, 'content_filter', 'OTHER'],
  ])('is not silent where there is none: %j', (answer, finish, reason) => {
    const message = { refusal: expect.stringContaining(reason) as unknown };
    expect(choiceOf(answer)).toMatchObject({ finish_reason: finish, message });
    expect(deltasOf([answer])).toContainEqual(message);
    expect(decoded([answer]).at(-1)).toMatchObject({ choices: [{ finish_reason: finish }] });
  });

  it.each([
    [{ error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } }, 'upstream_rate_limited'],
    [[{ error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }], 'upstream_error'],
    [
      { error: { message: '{"error":{"status":"PERMISSION_DENIED","message":"no"}}' } },
      'upstream_permission',
    ],
  ])('is the error %j in the midst of a stream', (error, code) => {
    const decoder = back.stream(ANSWER_OPTIONS);
    decoder.push(eventOf(answerOf([{ text: 'It' }], {})));
    expect(() => decoder.push(eventOf(error))).toThrow(expect.objectContaining({ code }) as Error);
    expect(decoder.finished).toBe(false);
  });

  it.each([
    [{ candidates: 5 }],
    [{ candidates: [5] }],
    [answerOf([{ functionCall: {} }])],
    [answerOf([{ text: 5 }])],
  ])('cannot be %j', (answer) => {
    const wrong = expect.objectContaining({ code: 'upstream_invalid_response' }) as Error;
    expect(() => back.toCanonical(answer, ANSWER_OPTIONS)).toThrow(wrong);
  });
});

describe("Gemini's stream", () => {
  it('puts calls together whose arguments come one by one', () => {
    const part = (functionCall: Json): Json => answerOf([{ functionCall }], {});
    const fragment = (jsonPath: string, value: Json): Json =>
      part({ partialArgs: [{ jsonPath, ...value }], willContinue: true });
    const chunks = decoded([
      part({ name: 'f', willContinue: true }),
      fragment('$.list[0].name', { stringValue: 'a', willContinue: true }),
      fragment('$.list[0].name', { stringValue: 'b' }),
      fragment('$.list[1].size', { numberValue: 0.5 }),
      fragment('$.on', { boolValue: false }),
      fragment("$['odd key']", { nullValue: 'NULL_VALUE' }),
      part({}),
      part({ name: 'g', willContinue: true }),
      answerOf([{ text: '' }]),
    ]);
    const calls = chunks.flatMap(
      (chunk) => ((chunk['choices'] as Json[])[0]?.['delta'] as Json | undefined)?.['tool_calls'] ?? [],
    );
    expect(calls).toMatchObject([
      {
        index: 0,
        function: { name: 'f', arguments: '{"list":[{"name":"ab"},{"size":0.5}],"on":false,"odd key":null}' },
      },
      { index: 1, function: { name: 'g', arguments: '{}' } },
    ]);
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 10 } });
  });

  it('is not finished before a reason came, for every candidate', () => {
    const decoder = back.stream(ANSWER_OPTIONS);
    decoder.push(eventOf({ candidates: [{ index: 0 }, { index: 1, finishReason: 'STOP' }] }));
    expect(decoder.finished).toBe(false);
    decoder.push(eventOf({ candidates: [{ index: 0, finishReason: 'STOP' }] }));
    expect(decoder.finished).toBe(true);
  });
});

describe("a Gemini client's answer", () => {
  const claude = { type: 'thinking', thinking: 'hm', signature: 'claude' };
  const message = {
    role: 'assistant',
    content: 'It rains',
    reasoning_content: 'hm',
    thinking_blocks: [claude],
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } }],
  };
  const chat = { id: 'c1', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] };

  it("brings another vendor's thinking back on the next turn as it was", () => {
    const answer = front.fromCanonical(chat, { ...ANSWER_OPTIONS, request: shown });
    const { content, finishReason } =
      (answer['candidates'] as { content: Json; finishReason: string }[])[0] ?? {};
    expect(finishReason).toBe('STOP');
    expect(content?.['parts']).toMatchObject([
      { thought: true },
      { text: 'It rains' },
      { functionCall: { id: 'a' } },
    ]);
    const options = { model: 'm', stream: false, dropParams: false };
    const next = front.toCanonical({ contents: [content] }, options)['messages'] as Json[];
    expect(next[0]?.['thinking_blocks']).toEqual([
      { type: 'thinking', thinking: 'hm', signature: '' },
      claude,
    ]);
  });

  it('hides thoughts from who did not ask for them', () => {
    const answer = front.fromCanonical(chat, ANSWER_OPTIONS);
    expect(JSON.stringify(answer)).not.toContain('"thought"');
  });

  it('streams text at once, calls and usage with the end', () => {
    const encoder = front.stream({ ...ANSWER_OPTIONS, request: shown });
    const chunk = (delta: Json, finish_reason: string | null = null): Json => ({
      id: 'c1',
      choices: [{ index: 0, delta, finish_reason }],
    });
    const fragment = (text: string, first: Json = {}): Json =>
      chunk({
        tool_calls: [
          {
            index: 0,
            ...first,
            function: { ...(first['id'] !== undefined && { name: 'f' }), arguments: text },
          },
        ],
      });
    const bytes = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hi' }),
      fragment('{"a"', { id: 'x' }),
      fragment(':1}'),
      chunk({}, 'tool_calls'),
      { id: 'c1', choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 } },
    ].map((each) => encoder.push(each));
    expect(bytes.map((each) => each !== null)).toEqual([false, true, false, false, false, true]);
    expect(encoder.end()).toBeNull();
    const decoder = new SseDecoder();
    const last = decoder.push(bytes.at(-1) ?? new Uint8Array())[0]?.data ?? '';
    expect(JSON.parse(last)).toMatchObject({
      candidates: [
        {
          content: { parts: [{ functionCall: { id: 'x', name: 'f', args: { a: 1 } } }] },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
      responseId: 'c1',
    });
  });

  it('comes of whatever', () => {
    const contents = [
      { role: 'user', parts: [{ text: 'hi' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
      { role: 'model', parts: [{ text: 'hm', thought: true }, call] },
      { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'rain' } } }] },
    ];
    const config = {
      temperature: 1,
      responseSchema: { type: 'STRING' },
      responseMimeType: 'application/json',
    };
    const events = [answerOf([{ text: 'It' }], {}), answerOf([call])];
    expect(() => {
      fuzzCodec(geminiContent, {
        requests: [
          { contents, tools: [{ functionDeclarations: [{ name: 'f' }] }], generationConfig: config },
        ],
        canonicalRequests: [
          { messages: [...hello, message], tools: [weather], response_format: { type: 'json_object' } },
        ],
        answers: [answerOf([{ text: 'It' }, call])],
        canonicalAnswers: [chat],
        events,
        canonicalChunks: decoded(events),
      });
    }).not.toThrow();
  });
});

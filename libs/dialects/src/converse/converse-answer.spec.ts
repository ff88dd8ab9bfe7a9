import { EventStreamDecoder } from '../event-stream/event-stream-decoder.js';
import type { Json } from '../json/json.js';
import { ANSWER_OPTIONS, eventOf, fuzzCodec } from '../testing/fuzz-codec.js';
import { thrownBy } from '../testing/thrown-by.js';
import { hello, weather } from '../testing/translate-chat.js';
import { bedrockConverse } from './bedrock-converse.js';

const { front, back } = bedrockConverse;
const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };

const answerOf = (content: readonly Json[], more: Json = {}): Json => ({
  output: { message: { role: 'assistant', content } },
  stopReason: 'end_turn',
  usage,
  ...more,
});

const choiceOf = (answer: Json): Json =>
  (back!.toCanonical(answer, ANSWER_OPTIONS)['choices'] as Json[])[0] ?? {};

function chunksOf(...events: readonly (readonly [string, Json])[]): Json[] {
  const decoder = back!.stream!(ANSWER_OPTIONS);
  return events.flatMap(([name, payload]) => decoder.push(eventOf(payload, name)));
}

const deltasOf = (chunks: readonly Json[]): unknown[] =>
  chunks.flatMap(({ choices }) => (choices as Json[]).map(({ delta }) => delta));

describe("Converse's answer as a chat's", () => {
  it('has text, thinking, calls, images and where a text is from', () => {
    const citation = { title: 'A', location: { web: { url: 'https://a.example', domain: 'a.example' } } };
    const content = [
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { reasoningContent: { redactedContent: 'AA==' } },
      { text: 'Well. ' },
      { citationsContent: { content: [{ text: 'Rain.' }], citations: [citation, { title: 'file' }] } },
      { image: { format: 'png', source: { bytes: 'AAAA' } } },
      { toolUse: { toolUseId: 't', name: 'search', input: {}, type: 'server_tool_use' } },
      { toolUse: { toolUseId: 'a', name: 'weather', input: { city: 'Oslo' } } },
      { brandNew: {} },
    ];
    expect(choiceOf(answerOf(content, { stopReason: 'tool_use' }))).toEqual({
      index: 0,
      message: {
        role: 'assistant',
        content: 'Well. Rain.',
        refusal: null,
        reasoning_content: 'hm',
        thinking_blocks: [
          { type: 'thinking', thinking: 'hm', signature: 's' },
          { type: 'redacted_thinking', data: 'AA==' },
        ],
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
        ],
        annotations: [
          {
            type: 'url_citation',
            url_citation: { url: 'https://a.example', title: 'A', start_index: 6, end_index: 11 },
          },
        ],
        images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    });
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
    ['malformed_tool_use', 'stop'],
  ])('ends by %s with %s', (stopReason, finish) => {
    expect(choiceOf(answerOf([{ text: 'x' }], { stopReason }))['finish_reason']).toBe(finish);
  });

  it('tells what is billed, and by which service', () => {
    const answer = answerOf([], { serviceTier: { type: 'flex' } });
    expect(back!.facts(answer)).toMatchObject({ usage: { input: 10, output: 5 }, serviceTier: 'flex' });
    expect(back!.toCanonical(answer, ANSWER_OPTIONS)).toMatchObject({
      model: 'seen',
      service_tier: 'flex',
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    });
    expect(back!.facts({ usage: 'none' })).toMatchObject({ usage: null, serviceTier: null });
  });

  it.each([
    [{}, 'output'],
    [{ output: { message: { content: [{ text: 1 }] } } }, 'output.message.content[0].text'],
    [{ output: { message: { content: [{ toolUse: {} }] } } }, 'output.message.content[0].toolUse.toolUseId'],
  ])('names what is wrong in %j', (answer, field) => {
    const error = thrownBy(() => back!.toCanonical(answer, ANSWER_OPTIONS));
    expect(error.code).toBe('upstream_invalid_response');
    expect(error.message).toContain(`'${field}'`);
  });
});

describe("Converse's stream as a chat's", () => {
  const end = [
    ['messageStop', { stopReason: 'end_turn' }],
    ['metadata', { usage, serviceTier: { type: 'priority' } }],
  ] as const;

  it('has calls with and without arguments', () => {
    const start = (contentBlockIndex: number, toolUse: Json) =>
      ['contentBlockStart', { contentBlockIndex, start: { toolUse } }] as const;
    const chunks = chunksOf(
      ['messageStart', { role: 'assistant' }],
      start(0, { toolUseId: 'a', name: 'weather' }),
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: '{"city"' } } }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: ':"Oslo"}' } } }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      start(1, { toolUseId: 's', name: 'search', type: 'server_tool_use' }),
      ['contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '{}' } } }],
      ['contentBlockStop', { contentBlockIndex: 1 }],
      start(2, { toolUseId: 'b', name: 'time' }),
      ['contentBlockStop', { contentBlockIndex: 2 }],
      ['messageStop', { stopReason: 'tool_use' }],
    );
    const calls = deltasOf(chunks).flatMap((delta) => ((delta as Json)['tool_calls'] ?? []) as Json[]);
    expect(calls).toEqual([
      { index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: '' } },
      { index: 0, function: { arguments: '{"city"' } },
      { index: 0, function: { arguments: ':"Oslo"}' } },
      { index: 1, id: 'b', type: 'function', function: { name: 'time', arguments: '' } },
      { index: 1, function: { arguments: '{}' } },
    ]);
    expect((chunks.at(-1)?.['choices'] as Json[])[0]?.['finish_reason']).toBe('tool_calls');
  });

  it('has thinking with its signature, hidden thinking and images in one piece each', () => {
    const delta = (contentBlockIndex: number, told: Json) =>
      ['contentBlockDelta', { contentBlockIndex, delta: told }] as const;
    const chunks = chunksOf(
      delta(0, { reasoningContent: { text: 'hm' } }),
      delta(0, { reasoningContent: { signature: 's' } }),
      ['contentBlockStop', { contentBlockIndex: 0 }],
      delta(1, { reasoningContent: { redactedContent: 'AA' } }),
      delta(1, { reasoningContent: { redactedContent: 'BB' } }),
      ['contentBlockStop', { contentBlockIndex: 1 }],
      ['contentBlockStart', { contentBlockIndex: 2, start: { image: { format: 'webp' } } }],
      delta(2, { image: { source: { bytes: 'AA' } } }),
      delta(2, { image: { source: { bytes: 'AA' } } }),
      ...end,
    );
    expect(deltasOf(chunks)).toEqual([
      { role: 'assistant', content: '' },
      { reasoning_content: 'hm', thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: '' }] },
      { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 's' }] },
      { thinking_blocks: [{ type: 'redacted_thinking', data: 'AABB' }] },
      { images: [{ type: 'image_url', image_url: { url: 'data:image/webp;base64,AAAA' } }] },
      {},
    ]);
  });

  it('tells its usage once, whether it comes before the end or after', () => {
    for (const events of [end, end.toReversed(), [...end, ...end]]) {
      const decoder = back!.stream!(ANSWER_OPTIONS);
      const chunks = events.flatMap(([name, payload]) => decoder.push(eventOf(payload, name)));
      expect(chunks.filter((chunk) => chunk['usage'] !== undefined)).toHaveLength(1);
      expect(decoder).toMatchObject({ finished: true, done: true, rawUsage: usage, serviceTier: 'priority' });
    }
  });

  it('throws an exception as its error', () => {
    const error = thrownBy(() => chunksOf(['modelStreamErrorException', { message: 'broke' }]));
    expect([error.code, error.message]).toEqual(['upstream_error', 'broke']);
    expect(thrownBy(() => chunksOf(['validationException', {}])).code).toBe('upstream_bad_request');
  });
});

describe("a chat's answer as Converse's", () => {
  it('ends as Converse does, whole and streamed', () => {
    const message = { role: 'assistant', content: 'No.' };
    const completion = { choices: [{ message, finish_reason: 'content_filter' }], service_tier: 'flex' };
    expect(front!.fromCanonical(completion, ANSWER_OPTIONS)).toMatchObject({
      output: { message: { content: [{ text: 'No.' }] } },
      stopReason: 'content_filtered',
      serviceTier: { type: 'flex' },
    });
    const encoder = front!.stream!(ANSWER_OPTIONS);
    const chunk = { choices: [{ index: 0, delta: { content: 'No.' }, finish_reason: 'content_filter' }] };
    const bytes = [encoder.push(chunk), encoder.end()].filter((part) => part !== null);
    const events = new EventStreamDecoder().push(Buffer.concat(bytes));
    expect(events.map(({ event, data }) => [event, JSON.parse(data) as Json])).toEqual([
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'No.' } }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      ['messageStop', { stopReason: 'content_filtered' }],
      ['metadata', { usage: expect.objectContaining({ inputTokens: 0, totalTokens: 0 }) }],
    ]);
  });
});

it('throws nothing but what is ours, whatever the shape', () => {
  const call = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } };
  const parts = [
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    { type: 'video_url', video_url: { url: 's3://a/b.mp4' } },
    { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } },
    { type: 'search_result', source: 'a', title: 'b', content: [{ type: 'text', text: 'c' }] },
  ];
  const chat = {
    model: 'm',
    messages: [...hello, { role: 'user', content: parts }, { role: 'assistant', tool_calls: [call] }],
    tools: [weather],
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
  };
  const options = { model: 'amazon.nova', stream: false, dropParams: true, defaultMaxTokens: 1 };
  const answer = answerOf([
    { text: 'a' },
    { reasoningContent: { reasoningText: { text: 'b', signature: 'c' } } },
    { toolUse: { toolUseId: 'a', name: 'b', input: {} } },
    { citationsContent: { content: [{ text: 'a' }], citations: [{ location: { web: { url: 'b' } } }] } },
  ]);
  const completion = back!.toCanonical(answer, ANSWER_OPTIONS);
  const chunk = (delta: Json): Json => ({ choices: [{ index: 0, delta, finish_reason: null }] });
  fuzzCodec(bedrockConverse, {
    requests: [back!.fromCanonical(chat, options).body],
    canonicalRequests: [chat],
    answers: [answer],
    canonicalAnswers: [completion],
    events: [
      { messageStart: { role: 'assistant' } },
      { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { toolUseId: 'a', name: 'b' } } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{}' } } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { reasoningContent: { text: 'a' } } } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage } },
    ],
    canonicalChunks: [chunk({ content: 'a' }), chunk({ tool_calls: [{ ...call, index: 0 }] })],
  });
});

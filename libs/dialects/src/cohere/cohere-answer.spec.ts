import { GatewayError } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { SseDecoder } from '../sse/sse-decoder.js';
import { ANSWER_OPTIONS, eventOf, fuzzCodec } from '../testing/fuzz-codec.js';
import { hello, weather } from '../testing/translate-chat.js';
import { cohereChat } from './cohere-chat.js';

const { front, back } = cohereChat as Required<typeof cohereChat>;
const usage = { billed_units: { input_tokens: 5, output_tokens: 3 }, tokens: { reasoning_tokens: 2 } };
const call = { id: 'w1', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } };
const source = { type: 'document', id: 'd', document: { url: 'https://a.b', title: 'T' } };
const citation = { start: 0, end: 2, text: 'It', sources: [source], type: 'TEXT_CONTENT' };
const message = (delta: Json): Json => ({ delta: { message: delta } });

const answer = {
  id: 'c1',
  message: {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'It rains' },
    ],
    citations: [citation],
  },
  finish_reason: 'COMPLETE',
  usage,
};

const events = [
  { type: 'message-start', id: 'c1', ...message({ role: 'assistant' }) },
  { type: 'content-start', index: 0, ...message({ content: { type: 'thinking', thinking: '' } }) },
  { type: 'content-delta', index: 0, ...message({ content: { thinking: 'hm' } }) },
  { type: 'content-end', index: 0 },
  { type: 'content-start', index: 1, ...message({ content: { type: 'text', text: '' } }) },
  { type: 'content-delta', index: 1, ...message({ content: { text: 'It rains' } }) },
  { type: 'citation-start', index: 0, ...message({ citations: citation }) },
  { type: 'citation-end', index: 0 },
  { type: 'content-end', index: 1 },
  { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } },
];

const toolEvents = [
  { type: 'message-start', id: 'c2', ...message({ role: 'assistant' }) },
  { type: 'tool-plan-delta', ...message({ tool_plan: 'I look' }) },
  {
    type: 'tool-call-start',
    index: 0,
    ...message({ tool_calls: { ...call, function: { name: 'weather' } } }),
  },
  { type: 'tool-call-delta', index: 0, ...message({ tool_calls: { function: { arguments: '{"city"' } } }) },
  { type: 'tool-call-delta', index: 0, ...message({ tool_calls: { function: { arguments: ':"Ulm"}' } } }) },
  { type: 'tool-call-end', index: 0 },
  { type: 'tool-call-start', index: 1, ...message({ tool_calls: { id: 'w2', function: { name: 'now' } } }) },
  { type: 'tool-call-end', index: 1 },
  { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage } },
];

const completion = back.toCanonical(answer, ANSWER_OPTIONS);

function decoded(payloads: readonly Json[]): Json[] {
  const decoder = back.stream!(ANSWER_OPTIONS);
  const chunks = payloads.flatMap((payload) => decoder.push(eventOf(payload)));
  expect(decoder.finished).toBe(true);
  return chunks;
}

function encoded(chunks: readonly Json[]): Json[] {
  const encoder = front.stream!(ANSWER_OPTIONS);
  const bytes = [...chunks.map((chunk) => encoder.push(chunk)), encoder.end()].filter(
    (part) => part !== null,
  );
  const sse = new SseDecoder().push(Buffer.concat(bytes));
  expect(sse.at(-1)?.data).toBe('[DONE]');
  return sse.slice(0, -1).map(({ event, data }) => {
    const payload = JSON.parse(data) as Json;
    expect(payload['type']).toBe(event);
    return payload;
  });
}

describe("Cohere's answers as chat", () => {
  it('have thinking, text, citations and usage', () => {
    expect(completion).toMatchObject({
      id: 'c1',
      model: 'seen',
      choices: [
        {
          message: {
            content: 'It rains',
            reasoning_content: 'hm',
            thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: '' }],
            annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.b', title: 'T' } }],
            provider_specific_fields: { citations: [citation] },
          },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 2 } },
    });
  });

  it('have tool calls, with their plan as reasoning', () => {
    const planned = { message: { tool_plan: 'I look', tool_calls: [call] }, finish_reason: 'TOOL_CALL' };
    expect(back.toCanonical(planned, ANSWER_OPTIONS)['choices']).toMatchObject([
      {
        message: { content: null, reasoning_content: 'I look', tool_calls: [call] },
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it('of the v1 API are read too', () => {
    const old = { text: 'hi', generation_id: 'g', finish_reason: 'MAX_TOKENS', meta: usage };
    expect(back.toCanonical(old, ANSWER_OPTIONS)).toMatchObject({
      id: 'g',
      choices: [{ message: { content: 'hi' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 5 },
    });
  });

  it.each([
    ['ERROR', 'upstream_error'],
    ['TIMEOUT', 'upstream_timeout'],
  ])('that ended in %s are errors, streamed or not', (reason, code) => {
    const end = { finish_reason: reason, error: 'broken' };
    const failures = [
      () => back.toCanonical({ ...answer, ...end }, ANSWER_OPTIONS),
      () => back.stream!(ANSWER_OPTIONS).push(eventOf({ type: 'message-end', delta: end })),
      () => back.stream!(ANSWER_OPTIONS).push(eventOf({ message: 'broken' })),
    ];
    for (const [index, failure] of failures.entries()) {
      expect(failure).toThrow(GatewayError);
      expect(failure).toThrow('broken');
      if (index < 2) expect(failure).toThrow(expect.objectContaining({ code }) as Error);
    }
  });
});

describe("Cohere's streams as chat", () => {
  it('say what the whole answer says', () => {
    const chunks = decoded(events);
    const deltas = chunks.flatMap(({ choices }) => choices as Json[]).map(({ delta }) => delta as Json);
    expect(deltas.map(({ content }) => (content ?? '') as string).join('')).toBe('It rains');
    expect(deltas).toContainEqual({
      reasoning_content: 'hm',
      thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: '' }],
    });
    expect(deltas).toContainEqual(
      expect.objectContaining({ provider_specific_fields: { citations: [citation] } }),
    );
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: completion['usage'] });
  });

  it('give a tool without arguments an empty object', () => {
    const deltas = decoded(toolEvents)
      .flatMap(({ choices }) => choices as { delta: Json }[])
      .flatMap(({ delta }) => (delta['tool_calls'] ?? []) as Json[]);
    expect(deltas).toContainEqual({ index: 1, function: { arguments: '{}' } });
    expect(deltas.filter(({ index }) => index === 0)).toHaveLength(3);
  });

  it('are finished with their last event alone', () => {
    const decoder = back.stream!(ANSWER_OPTIONS);
    for (const event of events.slice(0, -1)) decoder.push(eventOf(event));
    expect(decoder).toMatchObject({ started: true, finished: false, usage: null, responseId: 'c1' });
  });
});

describe("chat answers as Cohere's", () => {
  it('come back as they were', () => {
    const back2 = front.fromCanonical(completion, ANSWER_OPTIONS);
    expect(back2).toMatchObject({ ...answer, usage: { billed_units: usage.billed_units } });
  });

  it('have URL annotations of other providers as citations', () => {
    const annotation = { url: 'https://x.y', title: 'X', start_index: 3, end_index: 8 };
    const annotations = [{ type: 'url_citation', url_citation: annotation }];
    const choices = [{ message: { content: 'It rains', annotations }, finish_reason: 'stop' }];
    expect(front.fromCanonical({ choices }, ANSWER_OPTIONS)).toMatchObject({
      message: {
        citations: [{ start: 3, end: 8, text: 'rains', sources: [{ document: { url: 'https://x.y' } }] }],
      },
    });
  });

  it('stream as they were streamed', () => {
    const again = encoded(decoded(events));
    const kinds = (payloads: readonly Json[]): unknown[] => payloads.map(({ type }) => type);
    expect(kinds(again)).toEqual(kinds(events));
    expect(again.slice(1, -1)).toEqual(events.slice(1, -1));
  });

  it('stream tool calls, each closed before the next one', () => {
    const types = encoded(decoded(toolEvents)).map(({ type, index }) => [type, index]);
    expect(types).toEqual([
      ['message-start', undefined],
      ['content-start', 0],
      ['content-delta', 0],
      ['content-end', 0],
      ['tool-call-start', 0],
      ['tool-call-delta', 0],
      ['tool-call-delta', 0],
      ['tool-call-end', 0],
      ['tool-call-start', 1],
      ['tool-call-delta', 1],
      ['tool-call-end', 1],
      ['message-end', undefined],
    ]);
  });
});

it('nothing but a GatewayError comes of spoilt bodies', () => {
  const chat = { model: 'm', messages: hello, tools: [weather], tool_choice: 'auto', stop: ['x'] };
  fuzzCodec(cohereChat, {
    requests: [front.toCanonical(chat, { model: 'm', stream: false, dropParams: true }), chat],
    canonicalRequests: [chat],
    answers: [answer],
    canonicalAnswers: [completion],
    events: [...events, ...toolEvents],
    canonicalChunks: [...decoded(events), ...decoded(toolEvents)],
  });
});

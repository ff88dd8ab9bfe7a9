import type { GatewayError } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { messageToChat } from './message-to-chat.js';
import { MessageToChatStream } from './message-to-chat-stream.js';

const options = { model: 'chat-quality', id: 'call-1', created: 7 };

const message = (fields: Json): Json => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 3, cache_creation_input_tokens: 2 },
  ...fields,
});

const event = (payload: unknown): SseEvent => ({
  event: null,
  data: typeof payload === 'string' ? payload : JSON.stringify(payload),
  raw: new Uint8Array(),
});

const choiceOf = (completion: Json): Json => (completion['choices'] as Json[])[0] ?? {};

describe('messageToChat', () => {
  it('is a chat completion with usage that counts cached tokens in', () => {
    expect(messageToChat(message({}), options)).toEqual({
      id: 'call-1',
      object: 'chat.completion',
      created: 7,
      model: 'chat-quality',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 15,
        completion_tokens: 5,
        total_tokens: 20,
        prompt_tokens_details: { cached_tokens: 3, cache_creation_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 0 },
        cache_creation_input_tokens: 2,
        cache_read_input_tokens: 3,
      },
    });
  });

  it('keeps thinking with its signatures, tool calls and citations', () => {
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'sig' };
    const redacted = { type: 'redacted_thinking', data: 'xx' };
    const citation = {
      type: 'web_search_result_location',
      url: 'https://a.test',
      title: 'A',
      cited_text: 'x',
    };
    const completion = messageToChat(
      message({
        content: [
          thinking,
          redacted,
          { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
          { type: 'text', text: 'See ' },
          { type: 'text', text: 'this', citations: [citation] },
          { type: 'tool_use', id: 't1', name: 'weather', input: { city: 'Rome' } },
        ],
        stop_reason: 'tool_use',
      }),
      options,
    );
    expect(choiceOf(completion)).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'See this',
        reasoning_content: 'hm',
        thinking_blocks: [thinking, redacted],
        tool_calls: [
          { id: 't1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
        ],
        annotations: [
          {
            type: 'url_citation',
            url_citation: { url: 'https://a.test', title: 'A', start_index: 4, end_index: 8 },
          },
        ],
      },
    });
  });

  it('takes the stand-in for structured output as content', () => {
    const content = [{ type: 'tool_use', id: 't', name: 'tollgate_json_answer', input: { a: 1 } }];
    const choice = choiceOf(messageToChat(message({ content, stop_reason: 'tool_use' }), options));
    expect(choice).toMatchObject({ finish_reason: 'stop', message: { content: '{"a":1}' } });
    expect((choice['message'] as Json)['tool_calls']).toBeUndefined();
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
    ['something_new', 'stop'],
    [null, 'stop'],
  ])('ends for %s with %s', (reason, finish) => {
    expect(choiceOf(messageToChat(message({ stop_reason: reason }), options))['finish_reason']).toBe(finish);
  });

  it.each([
    [{ content: 'x' }],
    [{ content: [null] }],
    [{ content: [{ type: 'text' }] }],
    [{ content: [{ type: 'tool_use' }] }],
  ])('refuses the answer %j of a provider', (fields) => {
    let error: unknown;
    try {
      messageToChat(message(fields), options);
    } catch (caught) {
      error = caught;
    }
    expect((error as GatewayError).code).toBe('upstream_invalid_response');
  });
});

describe('MessageToChatStream', () => {
  const started = {
    type: 'message_start',
    message: { id: 'msg_1', usage: { input_tokens: 10, output_tokens: 1 } },
  };
  const block = (index: number, content_block: Json): Json => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const delta = (index: number, change: Json): Json => ({
    type: 'content_block_delta',
    index,
    delta: change,
  });
  const stopped = (index: number): Json => ({ type: 'content_block_stop', index });
  const ended = (reason: string): Json[] => [
    { type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ];

  function run(
    payloads: readonly unknown[],
    includeUsage = false,
  ): { chunks: Json[]; stream: MessageToChatStream } {
    const stream = new MessageToChatStream({ ...options, includeUsage });
    return { chunks: payloads.flatMap((payload) => stream.push(event(payload))), stream };
  }

  const deltas = (chunks: readonly Json[]): unknown[] => chunks.map((chunk) => choiceOf(chunk)['delta']);

  it('streams thinking, text and parallel tool calls', () => {
    const { chunks, stream } = run([
      started,
      { type: 'ping' },
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'sig' }),
      stopped(0),
      block(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'Hi' }),
      stopped(1),
      block(2, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '' }),
      delta(2, { type: 'input_json_delta', partial_json: '{"x":1}' }),
      stopped(2),
      { type: 'event_of_tomorrow' },
      block(3, { type: 'tool_use', id: 'b', name: 'g', input: {} }),
      stopped(3),
      ...ended('tool_use'),
    ]);
    expect(deltas(chunks)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { reasoning_content: 'hm', thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: '' }] },
      { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'sig' }] },
      { content: 'Hi' },
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] },
      { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      {},
    ]);
    expect(chunks.map((chunk) => choiceOf(chunk)['finish_reason']).filter(Boolean)).toEqual(['tool_calls']);
    expect(chunks.every(({ id, created }) => id === 'call-1' && created === 7)).toBe(true);
    expect(stream.finished).toBe(true);
    expect(stream.responseId).toBe('msg_1');
    expect(stream.usage).toMatchObject({ input: 10, output: 9 });
  });

  it('ends with usage only where it was asked for', () => {
    const events = [started, ...ended('end_turn')];
    expect(run(events).chunks).toHaveLength(2);
    const last = run(events, true).chunks.at(-1);
    expect(last).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19 },
    });
  });

  it('streams the stand-in for structured output as content', () => {
    const { chunks } = run([
      started,
      block(0, { type: 'tool_use', id: 'a', name: 'tollgate_json_answer', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"x":' }),
      delta(0, { type: 'input_json_delta', partial_json: '1}' }),
      stopped(0),
      ...ended('tool_use'),
    ]);
    expect(deltas(chunks).slice(1)).toEqual([{ content: '{"x":' }, { content: '1}' }, {}]);
    expect(choiceOf(chunks.at(-1) ?? {})['finish_reason']).toBe('stop');
  });

  it('is not finished before the end, whatever came', () => {
    const { stream } = run([
      started,
      block(0, { type: 'text', text: '' }),
      { type: 'message_delta', delta: {} },
    ]);
    expect(stream.finished).toBe(false);
  });

  it.each([
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'upstream_error', 503],
    [{ type: 'error', error: { type: 'rate_limit_error', message: 'slow' } }, 'upstream_rate_limited', 429],
    [{ type: 'error' }, 'upstream_error', 500],
    ['{"type":"content_bl', 'upstream_invalid_response', 502],
    ['[1]', 'upstream_invalid_response', 502],
    [{ type: 'message_stop' }, 'upstream_invalid_response', 502],
  ])('throws for %j', (payload, code, status) => {
    let error: unknown;
    try {
      run([payload]);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code, status });
  });
});

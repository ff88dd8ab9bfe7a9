import type { GatewayError } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { chatToMessage } from './chat-to-message.js';
import { ChatToMessageStream } from './chat-to-message-stream.js';

const call = (id: string, name: string, text: string): Json => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});

describe('chatToMessage', () => {
  it('is a message of thinking, text and tools', () => {
    const message = {
      role: 'assistant',
      content: 'Hi',
      reasoning_content: 'hm',
      tool_calls: [call('a', 'f', '{"x":1}'), call('b', 'g', 'not json')],
    };
    const usage = { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 6 } };
    expect(
      chatToMessage({ id: 'c1', model: 'm', choices: [{ message, finish_reason: 'tool_calls' }], usage }),
    ).toEqual({
      id: 'c1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'Hi' },
        { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
        { type: 'tool_use', id: 'b', name: 'g', input: {} },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 4,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 6,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 4,
      },
    });
  });

  it.each([[{}], [{ choices: [] }], [{ choices: [{ message: { content: 5 } }] }]])('refuses %j', (answer) => {
    let error: unknown;
    try {
      chatToMessage(answer);
    } catch (caught) {
      error = caught;
    }
    expect((error as GatewayError).code).toBe('upstream_invalid_response');
  });
});

describe('ChatToMessageStream', () => {
  const event = (data: string): SseEvent => ({ event: null, data, raw: new Uint8Array() });
  const chunk = (delta: Json, finish: string | null = null): Json => ({
    id: 'c1',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const fragment = (index: number, text: string, id?: string, name?: string): Json =>
    chunk({
      tool_calls: [{ index, ...(id && { id }), function: { ...(name && { name }), arguments: text } }],
    });

  function run(chunks: readonly Json[]): Json[] {
    const stream = new ChatToMessageStream();
    return [...chunks.map((each) => JSON.stringify(each)), '[DONE]'].flatMap((data) =>
      stream.push(event(data)),
    );
  }

  const brief = (events: readonly Json[]): string[] =>
    events.map(({ type, index, delta, content_block: block }) => {
      const inner = Object.values((delta ?? block ?? {}) as Json).map((value) =>
        typeof value === 'string' ? value : '',
      );
      return [type, index, ...inner].filter((word) => word !== undefined && word !== '').join(' ');
    });

  it('gives every event in order', () => {
    const events = run([
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'hm' }),
      chunk({ content: 'Hi' }),
      fragment(0, '', 'a', 'f'),
      fragment(0, '{"x":'),
      fragment(0, '1}'),
      fragment(1, '{}', 'b', 'g'),
      chunk({}, 'tool_calls'),
      { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } },
    ]);
    expect(brief(events)).toEqual([
      'message_start',
      'content_block_start 0 thinking',
      'content_block_delta 0 thinking_delta hm',
      'content_block_stop 0',
      'content_block_start 1 text',
      'content_block_delta 1 text_delta Hi',
      'content_block_stop 1',
      'content_block_start 2 tool_use a f',
      'content_block_delta 2 input_json_delta {"x":',
      'content_block_delta 2 input_json_delta 1}',
      'content_block_stop 2',
      'content_block_start 3 tool_use b g',
      'content_block_delta 3 input_json_delta {}',
      'content_block_stop 3',
      'message_delta tool_use',
      'message_stop',
    ]);
    expect(events.at(-2)?.['usage']).toMatchObject({ input_tokens: 5, output_tokens: 2 });
  });

  it('puts interleaved tool calls and text one after the other', () => {
    const events = run([
      fragment(0, '{"x"', 'a', 'f'),
      fragment(1, '{"y"', 'b', 'g'),
      chunk({ content: 'meanwhile' }),
      fragment(0, ':1}'),
      fragment(1, ':2}'),
      chunk({}, 'tool_calls'),
    ]);
    expect(brief(events)).toEqual([
      'message_start',
      'content_block_start 0 tool_use a f',
      'content_block_delta 0 input_json_delta {"x"',
      'content_block_delta 0 input_json_delta :1}',
      'content_block_stop 0',
      'content_block_start 1 tool_use b g',
      'content_block_delta 1 input_json_delta {"y":2}',
      'content_block_stop 1',
      'content_block_start 2 text',
      'content_block_delta 2 text_delta meanwhile',
      'content_block_stop 2',
      'message_delta tool_use',
      'message_stop',
    ]);
  });

  it('tells calls apart that share an index, by their id', () => {
    const events = run([
      fragment(0, '{"x":1}', 'a', 'f'),
      fragment(0, '{"y":2}', 'b', 'g'),
      chunk({}, 'stop'),
    ]);
    expect(events.filter(({ type }) => type === 'content_block_start')).toHaveLength(2);
    expect(events.at(-2)?.['delta']).toMatchObject({ stop_reason: 'tool_use' });
  });

  it('throws the error of a chunk, and for a stream that breaks off', () => {
    const failureOf = (action: (stream: ChatToMessageStream) => unknown): unknown => {
      try {
        action(new ChatToMessageStream());
      } catch (error) {
        return error;
      }
      return null;
    };
    const failure = '{"error":{"message":"no","code":"tool_use_failed","status_code":400}}';
    expect(failureOf((stream) => stream.push(event(failure)))).toMatchObject({
      code: 'upstream_bad_request',
      status: 400,
      options: { upstreamCode: 'tool_use_failed' },
    });
    expect(
      failureOf((stream) => stream.push(event('{"error":{"message":"busy","code":429}}'))),
    ).toMatchObject({
      code: 'upstream_rate_limited',
    });
    expect(
      failureOf((stream) => {
        stream.push(event(JSON.stringify(chunk({ content: 'Hi' }))));
        stream.end();
      }),
    ).toMatchObject({ code: 'upstream_stream_broken' });
  });
});

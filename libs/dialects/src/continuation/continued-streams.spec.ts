import { NO_USAGE, type PartialAnswer } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { ContinuedChatStream } from './continued-chat-stream.js';
import { ContinuedMessageStream } from './continued-message-stream.js';
import { Seam } from './seam.js';

const partial: PartialAnswer = {
  text: 'One, ',
  responseId: 'first',
  created: 5,
  usage: { ...NO_USAGE, input: 10, cacheRead: 2, output: 3 },
};

describe('ContinuedChatStream', () => {
  const chunk = (delta: Json, reason: string | null = null, more: Json = {}): Json => ({
    ...{ id: 'second', created: 9, model: 'm' },
    choices: [{ index: 0, delta, finish_reason: reason }],
    ...more,
  });
  const pushed = (chunks: readonly Json[], own: Partial<PartialAnswer> = {}): Json[] => {
    const stream = new ContinuedChatStream({ ...partial, ...own }, new Seam('', false));
    return chunks.flatMap((each) => stream.push(each));
  };

  it('speaks in the voice of the first part', () => {
    const usage = { prompt_tokens: 15, completion_tokens: 4, total_tokens: 19, vendor: 1 };
    const told = pushed([
      { id: '', created: 0, choices: [], prompt_filter_results: [] },
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ role: 'assistant', content: 'two' }),
      chunk({}, 'stop'),
      { id: 'second', created: 9, choices: [], usage },
    ]);
    const head = { id: 'first', created: 5, model: 'm' };
    expect(told).toEqual([
      { ...head, choices: [{ index: 0, delta: { content: 'two' }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      {
        ...{ id: 'first', created: 5, choices: [] },
        usage: expect.objectContaining({
          prompt_tokens: 12,
          completion_tokens: 7,
          total_tokens: 19,
          vendor: 1,
        }) as unknown,
      },
    ]);
  });

  it('leaves out thoughts in the middle of a text, but not at its beginning', () => {
    const chunks = [chunk({ reasoning_content: 'hm' }), chunk({ content: 'two', reasoning: 'hm' })];
    expect(pushed(chunks).map(({ choices }) => choices)).toEqual([
      [{ index: 0, delta: { content: 'two' }, finish_reason: null }],
    ]);
    expect(pushed(chunks, { text: '' })).toHaveLength(2);
  });

  it('lets tools be called behind the text', () => {
    const call = { tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '' } }] };
    expect(pushed([chunk(call), chunk({}, 'tool_calls')])).toMatchObject([
      { id: 'first', choices: [{ delta: call }] },
      { id: 'first', choices: [{ finish_reason: 'tool_calls' }] },
    ]);
  });
});

describe('ContinuedMessageStream', () => {
  const start = { type: 'message_start', message: { id: 'second' } };
  const open = (index: number, block: Json): Json => ({
    type: 'content_block_start',
    index,
    content_block: block,
  });
  const delta = (index: number, own: Json): Json => ({ type: 'content_block_delta', index, delta: own });
  const text = (index: number, value: string): Json => delta(index, { type: 'text_delta', text: value });
  const stop = (index: number): Json => ({ type: 'content_block_stop', index });
  const end = (usage: Json): Json => ({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage });
  const last = { type: 'message_stop' };
  const pushed = (events: readonly Json[], openBlock: number | undefined, seam = new Seam('', false)) => {
    const stream = new ContinuedMessageStream(
      { ...partial, ...(openBlock !== undefined && { openBlock }) },
      seam,
    );
    return events.flatMap((event) => stream.push(event));
  };

  it('goes on in the open block', () => {
    const events = [start, open(0, { type: 'text', text: ' t' }), { type: 'ping' }, text(0, 'wo'), stop(0)];
    expect(pushed([...events, end({ output_tokens: 4 }), last], 1)).toEqual([
      text(1, ' t'),
      { type: 'ping' },
      text(1, 'wo'),
      stop(1),
      end({ output_tokens: 7 }),
      last,
    ]);
  });

  it('takes off what the client has', () => {
    const events = [start, open(0, { type: 'text', text: '' }), text(0, ' '), text(0, ' two'), stop(0)];
    expect(pushed(events, 0, new Seam('  ', false))).toEqual([text(0, 'two'), stop(0)]);
  });

  it('corrects the counts that the end tells', () => {
    const usage = { input_tokens: 99, cache_read_input_tokens: 1, output_tokens: 4, service_tier: 'x' };
    expect(pushed([end(usage)], undefined)).toEqual([
      end({ input_tokens: 10, cache_read_input_tokens: 2, output_tokens: 7, service_tier: 'x' }),
    ]);
  });

  it('leaves out thoughts in the middle of a text', () => {
    const thought = [open(0, { type: 'thinking' }), delta(0, { type: 'thinking_delta' }), stop(0)];
    const spoken = [open(1, { type: 'text', text: '' }), text(1, 'two'), stop(1)];
    expect(pushed([start, ...thought, ...spoken], 4)).toEqual([text(4, 'two'), stop(4)]);
  });

  it('closes the text before a tool, and counts on', () => {
    const tool = [open(0, { type: 'tool_use' }), delta(0, { type: 'input_json_delta' }), stop(0)];
    expect(pushed([start, ...tool, open(1, { type: 'tool_use' }), stop(1)], 2)).toEqual([
      stop(2),
      open(3, { type: 'tool_use' }),
      delta(3, { type: 'input_json_delta' }),
      stop(3),
      open(4, { type: 'tool_use' }),
      stop(4),
    ]);
  });

  it('closes the text when nothing is said any more', () => {
    expect(pushed([start, end({}), last], 0)).toEqual([stop(0), end({ output_tokens: 3 }), last]);
    expect(pushed([start, last], 0)).toEqual([stop(0), last]);
  });

  it('begins the blocks where none was begun', () => {
    const events = [open(0, { type: 'thinking' }), stop(0), open(1, { type: 'text', text: 'Hi' }), stop(1)];
    expect(pushed([start, ...events], undefined)).toEqual(events);
  });
});

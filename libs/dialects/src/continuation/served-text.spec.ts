import type { Json } from '../json/json.js';
import type { ServedAnswer, ServedText } from './served-answer.js';
import { ServedChat } from './served-chat.js';
import { ServedMessage } from './served-message.js';
import { NO_USAGE } from '@tollgate/contracts';

const NOW = 1_700_000_000;
const after = (served: ServedText, payloads: readonly Json[]): ServedAnswer | null => {
  for (const payload of payloads) served.observe(payload);
  return served.served();
};

describe('ServedChat', () => {
  const chunk = (delta: Json, more: Json = {}): Json => ({
    id: 'c1',
    created: 5,
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  });
  const served = (...chunks: readonly Json[]) => after(new ServedChat(undefined, NOW), chunks);

  it('keeps the text, the id and the time', () => {
    const role = chunk({ role: 'assistant', content: '', refusal: null, tool_calls: [] });
    const filter = { id: '', created: 0, choices: [], prompt_filter_results: [] };
    const told = served(filter, role, chunk({ content: 'Hel' }), chunk({ content: 'lo' }));
    expect(told).toEqual({ text: 'Hello', responseId: 'c1', created: 5 });
    expect(served(role)).toEqual({ text: '', responseId: 'c1', created: 5 });
    expect(served(filter)).toBeNull();
    expect(served({ choices: [{ delta: { content: 'Hi' } }] })).toEqual({
      ...{ text: 'Hi', responseId: null, created: NOW },
    });
  });

  it('goes on from what an earlier attempt served', () => {
    const partial = { text: 'One, ', responseId: 'c0', created: 1, usage: NO_USAGE };
    const told = after(new ServedChat(partial, NOW), [chunk({ content: 'two' })]);
    expect(told).toEqual({ text: 'One, two', responseId: 'c0', created: 1 });
  });

  it('lets thoughts end in text', () => {
    const thought = chunk({ reasoning_content: 'hm', thinking_blocks: [{ type: 'thinking' }] });
    expect(served(thought)).toBeNull();
    expect(served(thought, chunk({ content: 'Hi' }))?.text).toBe('Hi');
    expect(served(chunk({ content: 'Hi' }), thought)).toBeNull();
  });

  it.each<[string, Json]>([
    ['a tool call', chunk({ tool_calls: [{ index: 0 }] })],
    ['a function call', chunk({ function_call: { name: 'f' } })],
    ['audio', chunk({ audio: { data: 'x' } })],
    ['a refusal', chunk({ refusal: 'No' })],
    ['content in parts', chunk({ content: [{ type: 'text', text: 'x' }] })],
    ['a citation', chunk({ annotations: [{ type: 'url_citation' }] })],
    ['what nobody knows', chunk({ hologram: 1 })],
    ['a second choice', chunk({ content: 'x' }, { index: 1 })],
    ['the end', chunk({}, { finish_reason: 'stop' })],
    ['more than a mebibyte', chunk({ content: 'x'.repeat(1024 * 1024) })],
  ])('gives up at %s', (_what, payload) => {
    expect(served(chunk({ content: 'Hi' }), payload, chunk({ content: 'Hi' }))).toBeNull();
  });
});

describe('ServedMessage', () => {
  const start = { type: 'message_start', message: { id: 'm1' } };
  const open = (index: number, block: Json): Json => ({
    type: 'content_block_start',
    index,
    content_block: block,
  });
  const delta = (index: number, own: Json): Json => ({ type: 'content_block_delta', index, delta: own });
  const text = (index: number, value: string): Json => delta(index, { type: 'text_delta', text: value });
  const stop = (index: number): Json => ({ type: 'content_block_stop', index });
  const served = (...events: readonly Json[]) => after(new ServedMessage(undefined, NOW), events);
  const hello = [start, open(0, { type: 'text', text: 'He' }), { type: 'ping' }, text(0, 'llo')];

  it('keeps the text, the id and the open block', () => {
    expect(served(...hello)).toEqual({ text: 'Hello', responseId: 'm1', created: NOW, openBlock: 0 });
    expect(served(start)).toEqual({ text: '', responseId: 'm1', created: NOW });
    expect(served()).toBeNull();
    const second = [stop(0), open(1, { type: 'text', text: '' }), text(1, '!')];
    expect(served(...hello, ...second)).toMatchObject({ text: 'Hello!', openBlock: 1 });
  });

  it('goes on from what an earlier attempt served', () => {
    const partial = { text: 'One, ', responseId: 'm0', created: 1, openBlock: 2, usage: NO_USAGE };
    const told = after(new ServedMessage(partial, NOW), [text(2, 'two')]);
    expect(told).toEqual({ text: 'One, two', responseId: 'm0', created: 1, openBlock: 2 });
  });

  it('lets thoughts end in text', () => {
    const thought = [
      start,
      open(0, { type: 'thinking', thinking: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 's' }),
    ];
    expect(served(...thought)).toBeNull();
    expect(served(...thought, stop(0))).toBeNull();
    expect(served(...thought, stop(0), open(1, { type: 'text', text: '' }), text(1, 'Hi'))).toMatchObject({
      text: 'Hi',
      openBlock: 1,
    });
  });

  it.each<[string, readonly Json[]]>([
    ['a tool', [stop(0), open(1, { type: 'tool_use' })]],
    ['a search', [stop(0), open(1, { type: 'server_tool_use' })]],
    ['a citation', [delta(0, { type: 'citations_delta' })]],
    ['the end of the text', [stop(0)]],
    ['the end', [{ type: 'message_delta', delta: { stop_reason: 'end_turn' } }]],
    ['more than a mebibyte', [text(0, 'x'.repeat(1024 * 1024))]],
  ])('gives up at %s', (_what, events) => {
    expect(served(...hello, ...events)).toBeNull();
  });
});

import type { Json } from '@tollgate/dialects';
import { isObject, listOf } from './checks.js';

/** The chat message that the deltas of choice 0 make, as a client would join them. */
export function assembleChat(chunks: readonly Json[]): Json {
  const message: Json = { content: '', reasoning: '', calls: [] as Json[] };
  const calls = new Map<unknown, { id: unknown; name: unknown; arguments: string }>();
  let finish: unknown = null;
  let usage: unknown;
  for (const chunk of chunks) {
    usage = chunk['usage'] ?? usage;
    const choice = listOf(chunk['choices']).find(({ index }) => (index ?? 0) === 0);
    if (choice === undefined) continue;
    finish = choice['finish_reason'] ?? finish;
    const delta = isObject(choice['delta']) ? choice['delta'] : {};
    message['content'] =
      `${String(message['content'])}${textOf(delta['content'])}${textOf(delta['refusal'])}`;
    const reasoning = delta['reasoning_content'] ?? delta['reasoning'];
    message['reasoning'] = `${String(message['reasoning'])}${typeof reasoning === 'string' ? reasoning : ''}`;
    for (const fragment of listOf(delta['tool_calls'])) {
      const target = isObject(fragment['function']) ? fragment['function'] : {};
      const call = calls.get(fragment['index']) ?? {
        id: fragment['id'],
        name: target['name'],
        arguments: '',
      };
      calls.set(fragment['index'], call);
      call.arguments += typeof target['arguments'] === 'string' ? target['arguments'] : '';
    }
  }
  message['calls'] = [...calls.values()].map((call) => ({ ...call, arguments: parsed(call.arguments) }));
  return { ...message, finish, usage };
}

/** The same picture of a whole chat completion. */
export function summarizeChat(completion: Json): Json {
  const choice = listOf(completion['choices'])[0] ?? {};
  const message = isObject(choice['message']) ? choice['message'] : {};
  const reasoning = message['reasoning_content'] ?? message['reasoning'];
  return {
    content: `${textOf(message['content'])}${textOf(message['refusal'])}`,
    reasoning: typeof reasoning === 'string' ? reasoning : '',
    calls: listOf(message['tool_calls']).map((call) => {
      const target = isObject(call['function']) ? call['function'] : {};
      return { id: call['id'], name: target['name'], arguments: parsed(String(target['arguments'])) };
    }),
    finish: choice['finish_reason'],
    usage: completion['usage'],
  };
}

/** The Anthropic message that a stream's events make, checking their order on the way. */
export function assembleMessage(events: readonly Json[]): Json {
  let message: Json = {};
  const content: Json[] = [];
  const fragments = new Map<number, string>();
  const open = new Set<unknown>();
  for (const event of events) {
    const index = event['index'] as number;
    if (event['type'] === 'message_start') message = { ...(event['message'] as Json) };
    else if (event['type'] === 'content_block_start') {
      expect(index).toBe(content.length);
      open.add(index);
      content.push({ ...(event['content_block'] as Json) });
    } else if (event['type'] === 'content_block_delta') {
      expect(open.has(index)).toBe(true);
      applyDelta(content[index] ?? {}, event['delta'] as Json, index, fragments);
    } else if (event['type'] === 'content_block_stop') {
      expect(open.delete(index)).toBe(true);
      const json = fragments.get(index);
      if (json !== undefined && json !== '') content[index]!['input'] = JSON.parse(json);
    } else if (event['type'] === 'message_delta') {
      const usage = { ...(message['usage'] as Json), ...(event['usage'] as Json) };
      message = { ...message, ...(event['delta'] as Json), usage };
    }
  }
  expect(open.size).toBe(0);
  return { ...message, content };
}

function applyDelta(block: Json, delta: Json, index: number, fragments: Map<number, string>): void {
  const { type } = delta;
  if (type === 'text_delta') block['text'] = `${String(block['text'])}${String(delta['text'])}`;
  else if (type === 'thinking_delta')
    block['thinking'] = `${String(block['thinking'])}${String(delta['thinking'])}`;
  else if (type === 'signature_delta') block['signature'] = delta['signature'];
  else if (type === 'citations_delta')
    block['citations'] = [...listOf(block['citations']), delta['citation'] as Json];
  else if (type === 'input_json_delta') {
    fragments.set(index, `${fragments.get(index) ?? ''}${String(delta['partial_json'])}`);
  }
}

/** The events by which Anthropic would have streamed a message. */
export function streamOfMessage(message: Json): Json[] {
  const events: Json[] = [{ type: 'message_start', message: { ...message, content: [], stop_reason: null } }];
  listOf(message['content']).forEach((block, index) => {
    const { type, text, thinking, signature, input, citations } = block;
    const add = (delta: Json): void => void events.push({ type: 'content_block_delta', index, delta });
    const start = { ...block };
    if (type === 'text') Object.assign(start, { text: '', citations: null });
    if (type === 'thinking') Object.assign(start, { thinking: '', signature: '' });
    if (input !== undefined) start['input'] = {};
    events.push({ type: 'content_block_start', index, content_block: start });
    if (type === 'text') add({ type: 'text_delta', text });
    for (const citation of listOf(citations)) add({ type: 'citations_delta', citation });
    if (type === 'thinking') add({ type: 'thinking_delta', thinking });
    if (type === 'thinking') add({ type: 'signature_delta', signature });
    if (input !== undefined) add({ type: 'input_json_delta', partial_json: JSON.stringify(input) });
    events.push({ type: 'content_block_stop', index });
  });
  const delta = { stop_reason: message['stop_reason'], stop_sequence: null };
  return [...events, { type: 'message_delta', delta, usage: message['usage'] }, { type: 'message_stop' }];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('');
}

const parsed = (text: string): unknown => JSON.parse(text === '' ? '{}' : text) as unknown;

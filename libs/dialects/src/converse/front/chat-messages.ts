import { isObject, listAt, objectAt, optionalList, stringAt, wrongType, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { isServerSide } from '../answer-blocks.js';
import { markOf, partsOf } from './chat-parts.js';

/** Converse's system text and turns as chat messages. */
export function chatMessagesOf(request: Json): Json[] {
  const system = blocksAt(request['system'], 'system');
  const messages = listAt(request['messages'], 'messages', 'request').flatMap((value, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(value, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    const blocks = blocksAt(message['content'], `${field}.content`);
    if (role === 'assistant') return [assistantMessage(blocks, `${field}.content`)];
    if (role === 'user') return userMessages(blocks, `${field}.content`);
    throw wrongType('request', `${field}.role`, 'user or assistant');
  });
  return system.length === 0
    ? messages
    : [{ role: 'system', content: contentOf(system, 'system') }, ...messages];
}

const blocksAt = (value: unknown, field: string): Json[] =>
  optionalList(value, field, 'request').map((block, index) =>
    objectAt(block, `${field}[${index}]`, 'request'),
  );

/** A lone text as a string, which every provider takes; else parts. */
function contentOf(blocks: readonly Json[], field: string): unknown {
  const parts = partsOf(blocks, field);
  const only = parts.length === 1 ? parts[0] : undefined;
  return only?.['type'] === 'text' && only['cache_control'] === undefined ? only['text'] : parts;
}

/** Tool results become messages of their own, before the rest of the turn: OpenAI wants them right after the calls. */
function userMessages(blocks: readonly Json[], field: string): Json[] {
  const results: Json[] = [];
  const rest: Json[] = [];
  let last: 'results' | 'rest' = 'rest';
  blocks.forEach((block) => {
    const result = block['toolResult'];
    if (isObject(result)) {
      results.push(toolMessage(result, `${field}.toolResult`));
      last = 'results';
    } else if (isObject(block['cachePoint']) && last === 'results') {
      const marked = results.pop();
      results.push({ ...marked, cache_control: markOf(block['cachePoint']) });
    } else {
      rest.push(block);
      last = 'rest';
    }
  });
  return rest.length === 0 ? results : [...results, { role: 'user', content: contentOf(rest, field) }];
}

function toolMessage(result: Json, field: string): Json {
  const { status } = result;
  return {
    role: 'tool',
    tool_call_id: stringAt(result['toolUseId'], `${field}.toolUseId`, 'request'),
    content: contentOf(blocksAt(result['content'], `${field}.content`), `${field}.content`),
    ...(typeof status === 'string' && { is_error: status === 'error' }),
  };
}

function assistantMessage(blocks: readonly Json[], field: string): Json {
  const thinking = blocks.flatMap(({ reasoningContent }) =>
    isObject(reasoningContent) ? thinkingOf(reasoningContent) : [],
  );
  const reasoning = thinking.map(({ thinking: text }) => text).filter((text) => typeof text === 'string');
  const calls = blocks
    .flatMap(({ toolUse }) => (isObject(toolUse) ? [toolUse] : []))
    .filter((call) => !isServerSide(call));
  // What the provider's own tools called and found means nothing to another provider.
  const texts = blocks.filter(
    (block) =>
      !isObject(block['reasoningContent']) && !isObject(block['toolUse']) && !isObject(block['toolResult']),
  );
  return {
    role: 'assistant',
    content: texts.length === 0 ? null : contentOf(texts, field),
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join('') }),
    ...(thinking.length > 0 && { thinking_blocks: thinking }),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => toolCall(call, field)) }),
  };
}

function thinkingOf({ reasoningText, redactedContent }: Json): Json[] {
  if (typeof redactedContent === 'string') return [{ type: 'redacted_thinking', data: redactedContent }];
  if (!isObject(reasoningText)) return [];
  const { text, signature } = reasoningText;
  return [present({ type: 'thinking', thinking: typeof text === 'string' ? text : '', signature })];
}

const toolCall = (call: Json, field: string): Json => ({
  id: stringAt(call['toolUseId'], `${field}.toolUse.toolUseId`, 'request'),
  type: 'function',
  function: {
    name: stringAt(call['name'], `${field}.toolUse.name`, 'request'),
    arguments: JSON.stringify(isObject(call['input']) ? call['input'] : {}),
  },
});

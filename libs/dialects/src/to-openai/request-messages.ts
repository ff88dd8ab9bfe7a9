import { isObject, listAt, objectAt, stringAt, wrongType, type Json } from '../json/json.js';
import { chatPartOf } from './request-parts.js';

/** Anthropic's system text and turns as chat messages. */
export function chatMessagesOf(request: Json): Json[] {
  const system = blocksOf(request['system'], 'system');
  const messages = listAt(request['messages'], 'messages', 'request').flatMap((value, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(value, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    const blocks = blocksOf(message['content'], `${field}.content`);
    if (role === 'assistant') return [assistantMessage(blocks, `${field}.content`)];
    if (role === 'system') return [{ role, content: contentOf(blocks, `${field}.content`) }];
    if (role === 'user') return userMessages(blocks, `${field}.content`);
    throw wrongType('request', `${field}.role`, 'user or assistant');
  });
  return system.length > 0
    ? [{ role: 'system', content: contentOf(system, 'system') }, ...messages]
    : messages;
}

function blocksOf(content: unknown, field: string): Json[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw wrongType('request', field, 'a string or a list of blocks');
  return content.map((block, index) => objectAt(block, `${field}[${index}]`, 'request'));
}

/** A lone text as a string, which every provider takes; else parts. */
function contentOf(blocks: readonly Json[], field: string): unknown {
  const only = blocks.length === 1 ? blocks[0] : undefined;
  if (only?.['type'] === 'text' && only['cache_control'] === undefined) {
    return stringAt(only['text'], `${field}[0].text`, 'request');
  }
  return blocks.map((block, index) => chatPartOf(block, `${field}[${index}]`));
}

/** Tool results become messages of their own, before the rest of the turn: OpenAI wants them right after the calls. */
function userMessages(blocks: readonly Json[], field: string): Json[] {
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const rest = blocks.filter(({ type }) => type !== 'tool_result');
  const messages = results.flatMap((result) => toolMessages(result, field));
  return rest.length > 0 ? [...messages, { role: 'user', content: contentOf(rest, field) }] : messages;
}

function toolMessages(result: Json, field: string): Json[] {
  return [
    {
      role: 'tool',
      tool_call_id: stringAt(result['tool_use_id'], `${field}.tool_use_id`, 'request'),
      content:
        result['content'] === undefined
          ? ''
          : contentOf(blocksOf(result['content'], `${field}.content`), field),
      ...(typeof result['is_error'] === 'boolean' && { is_error: result['is_error'] }),
      ...(result['cache_control'] !== undefined && { cache_control: result['cache_control'] }),
    },
  ];
}

function assistantMessage(blocks: readonly Json[], field: string): Json {
  const thinking = blocks.filter(({ type }) => type === 'thinking' || type === 'redacted_thinking');
  const reasoning = thinking.map((block) => block['thinking']).filter((text) => typeof text === 'string');
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  // Blocks of the provider's own tools mean nothing to another provider, their texts stay.
  const texts = blocks.filter(({ type }) => type === 'text');
  return {
    role: 'assistant',
    content: texts.length > 0 ? contentOf(texts, field) : null,
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join('') }),
    ...(thinking.length > 0 && { thinking_blocks: thinking }),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => toolCall(call, field)) }),
  };
}

const toolCall = (call: Json, field: string): Json => ({
  id: stringAt(call['id'], `${field}.id`, 'request'),
  type: 'function',
  function: {
    name: stringAt(call['name'], `${field}.name`, 'request'),
    arguments: JSON.stringify(isObject(call['input']) ? call['input'] : {}),
  },
  ...(call['cache_control'] !== undefined && { cache_control: call['cache_control'] }),
});

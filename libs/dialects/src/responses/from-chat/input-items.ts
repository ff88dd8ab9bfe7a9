import { isGeminiSignature } from '../../gemini/thought-signature.js';
import {
  isObject,
  listAt,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../../json/json.js';
import type { Refusals } from '../../refusals.js';
import { reasoningItemOf } from '../reasoning.js';
import { inputContentOf, outputContentOf } from './input-content.js';

/** Chat messages as the items of a request's `input`. */
export function inputOf(value: unknown, refusals: Refusals): Json[] {
  // The ids of custom tools' calls: their outputs are items of another type.
  const custom = new Set<unknown>();
  return listAt(value, 'messages', 'request').flatMap((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    if (role === 'assistant') return assistantItems(message, field, custom, refusals);
    if (role === 'tool') return [toolOutput(message, field, custom, refusals)];
    if (role !== 'user' && role !== 'system' && role !== 'developer')
      throw wrongType('request', `${field}.role`, 'system, developer, user, assistant or tool');
    return [{ role, content: inputContentOf(message['content'], `${field}.content`, refusals) }];
  });
}

function toolOutput(message: Json, field: string, custom: ReadonlySet<unknown>, refusals: Refusals): Json {
  const id = stringAt(message['tool_call_id'], `${field}.tool_call_id`, 'request');
  return {
    type: custom.has(id) ? 'custom_tool_call_output' : 'function_call_output',
    call_id: id,
    output: inputContentOf(message['content'], `${field}.content`, refusals),
  };
}

function assistantItems(message: Json, field: string, custom: Set<unknown>, refusals: Refusals): Json[] {
  const blocks = optionalList(message['thinking_blocks'], `${field}.thinking_blocks`, 'request');
  const calls = optionalList(message['tool_calls'], `${field}.tool_calls`, 'request');
  const content = outputContentOf(message, field, refusals);
  return [
    ...blocks.filter(isObject).flatMap(signedReasoning),
    ...(content === null ? [] : [{ role: 'assistant', content }]),
    ...calls.map((value, index) => {
      const item = callItem(
        objectAt(value, `${field}.tool_calls[${index}]`, 'request'),
        `${field}.tool_calls[${index}]`,
      );
      if (item['type'] === 'custom_tool_call') custom.add(item['call_id']);
      return item;
    }),
  ];
}

/** Reasoning goes back only with what OpenAI encrypted of it: without, it would be looked for in OpenAI's store. */
function signedReasoning(block: Json): Json[] {
  const item = reasoningItemOf(block);
  const encrypted = item?.['encrypted_content'];
  return item === null || encrypted === undefined || isGeminiSignature(encrypted) ? [] : [item];
}

function callItem(call: Json, field: string): Json {
  const id = stringAt(call['id'], `${field}.id`, 'request');
  if (call['type'] === 'custom') {
    const target = objectAt(call['custom'], `${field}.custom`, 'request');
    const name = stringAt(target['name'], `${field}.custom.name`, 'request');
    const input = optionalString(target['input'], `${field}.custom.input`, 'request') ?? '';
    return { type: 'custom_tool_call', call_id: id, name, input };
  }
  const target = objectAt(call['function'], `${field}.function`, 'request');
  const name = stringAt(target['name'], `${field}.function.name`, 'request');
  const text = optionalString(target['arguments'], `${field}.function.arguments`, 'request') ?? '';
  return { type: 'function_call', call_id: id, name, arguments: text === '' ? '{}' : text };
}

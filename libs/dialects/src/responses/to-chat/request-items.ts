import {
  isObject,
  listAt,
  objectAt,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../../json/json.js';
import type { Refusals } from '../../refusals.js';
import { chatNameOf } from '../namespaces.js';
import { thinkingBlockOf } from '../reasoning.js';
import { chatContentOf } from './request-content.js';
import { AssistantTurn } from './assistant-turn.js';

/** The `input` of a request as chat messages: neighbouring items of the model's own make one message. */
export function messagesOf(input: unknown, refusals: Refusals): Json[] {
  if (input === undefined || input === null) return [];
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  const messages: Json[] = [];
  const turn = new AssistantTurn(messages);
  listAt(input, 'input', 'request').forEach((value, index) => {
    const field = `input[${index}]`;
    const item = objectAt(value, field, 'request');
    if (addToTurn(item, field, turn, refusals)) return;
    turn.end();
    const message = otherMessage(item, field, refusals);
    if (message !== undefined) messages.push(message);
  });
  turn.end();
  return messages;
}

/** False for an item that is not the model's own. */
function addToTurn(item: Json, field: string, turn: AssistantTurn, refusals: Refusals): boolean {
  switch (typeOf(item, field)) {
    case 'message':
      if (item['role'] !== 'assistant') return false;
      turn.addContent(chatContentOf(item['content'], `${field}.content`, refusals));
      return true;
    case 'reasoning':
      turn.addThinking(thinkingBlockOf(item));
      return true;
    case 'function_call':
      turn.addCall(functionCall(item, field));
      return true;
    case 'custom_tool_call':
      turn.addCall(customCall(item, field));
      return true;
    default:
      return false;
  }
}

function otherMessage(item: Json, field: string, refusals: Refusals): Json | undefined {
  const type = typeOf(item, field);
  if (type === 'message') {
    const role = stringAt(item['role'], `${field}.role`, 'request');
    if (role !== 'user' && role !== 'system' && role !== 'developer')
      throw wrongType('request', `${field}.role`, 'user, assistant, system or developer');
    return { role, content: chatContentOf(item['content'], `${field}.content`, refusals) };
  }
  if (type === 'function_call_output' || type === 'custom_tool_call_output') {
    const id = stringAt(item['call_id'], `${field}.call_id`, 'request');
    return { role: 'tool', tool_call_id: id, content: outputOf(item['output'], `${field}.output`, refusals) };
  }
  if (!OWN_TOOLS.has(type)) refusals.refuse(field, `an item of type '${type}'`);
  return undefined;
}

/** What OpenAI's own tools did means nothing to another provider; what the model said of it stays. */
const OWN_TOOLS = new Set([
  ...['web_search_call', 'file_search_call', 'code_interpreter_call', 'image_generation_call'],
  ...['mcp_list_tools', 'mcp_call', 'mcp_approval_request', 'mcp_approval_response'],
  ...['tool_search_call', 'tool_search_output'],
]);

/** A message may leave its type out. */
const typeOf = ({ type, role }: Json, field: string): string =>
  type === undefined && role !== undefined ? 'message' : stringAt(type, `${field}.type`, 'request');

/** NOTE some clients send a tool's result as the object that it is. */
function outputOf(output: unknown, field: string, refusals: Refusals): unknown {
  return isObject(output) ? JSON.stringify(output) : chatContentOf(output, field, refusals);
}

const functionCall = (item: Json, field: string): Json => ({
  id: stringAt(item['call_id'], `${field}.call_id`, 'request'),
  type: 'function',
  function: {
    name: chatNameOf(item['namespace'], stringAt(item['name'], `${field}.name`, 'request')),
    arguments: optionalString(item['arguments'], `${field}.arguments`, 'request') ?? '',
  },
});

const customCall = (item: Json, field: string): Json => ({
  id: stringAt(item['call_id'], `${field}.call_id`, 'request'),
  type: 'custom',
  custom: {
    name: chatNameOf(item['namespace'], stringAt(item['name'], `${field}.name`, 'request')),
    input: optionalString(item['input'], `${field}.input`, 'request') ?? '',
  },
});

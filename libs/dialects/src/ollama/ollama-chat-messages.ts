import {
  isObject,
  listAt,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../json/json.js';
import { present } from '../json/present.js';
import { imagePart } from './ollama-fields.js';

interface Call {
  readonly id: string;
  readonly name: string;
  isAnswered: boolean;
}

/**
 * Messages of an Ollama request as chat messages. Calls without an id get one by their number; a result belongs to the call whose
 * id it has, else to the first unanswered one of its name, else to the first unanswered one.
 */
export function chatMessagesOfOllama(value: unknown): Json[] {
  const calls: Call[] = [];
  return listAt(value, 'messages', 'request').map((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    const content = chatContentOf(message, 'content', `${field}.`);
    if (role === 'system' || role === 'user') return { role, content };
    if (role === 'tool') return { role, tool_call_id: answered(message, calls), content };
    if (role !== 'assistant') throw wrongType('request', `${field}.role`, 'system, user, assistant or tool');
    const called = optionalList(message['tool_calls'], `${field}.tool_calls`, 'request').map((call, at) =>
      toolCall(call, `${field}.tool_calls[${at}]`, calls),
    );
    const thinking = optionalString(message['thinking'], `${field}.thinking`, 'request');
    return {
      role,
      content,
      ...present({
        reasoning_content: thinking === '' ? undefined : thinking,
        tool_calls: called.length > 0 ? called : undefined,
      }),
    };
  });
}

/** The text of this name, as parts where images come with it. `place` is what the names of both begin with. */
export function chatContentOf(from: Json, name: string, place = ''): string | Json[] {
  const text = optionalString(from[name], `${place}${name}`, 'request') ?? '';
  const images = optionalList(from['images'], `${place}images`, 'request').map((image, index) =>
    imagePart(image, `${place}images[${index}]`),
  );
  if (images.length === 0) return text;
  return text === '' ? images : [{ type: 'text', text }, ...images];
}

function toolCall(value: unknown, field: string, calls: Call[]): Json {
  const call = objectAt(value, field, 'request');
  const target = objectAt(call['function'], `${field}.function`, 'request');
  const name = stringAt(target['name'], `${field}.function.name`, 'request');
  const own = optionalString(call['id'], `${field}.id`, 'request');
  const id = own === undefined || own === '' ? `call_${calls.length}` : own;
  calls.push({ id, name, isAnswered: false });
  const input = target['arguments'];
  const text = typeof input === 'string' ? input : JSON.stringify(isObject(input) ? input : {});
  return { id, type: 'function', function: { name, arguments: text } };
}

function answered(message: Json, calls: readonly Call[]): string {
  const { tool_call_id: id, tool_name: name } = message;
  const open = calls.filter(({ isAnswered }) => !isAnswered);
  const call = open.find((each) => each.id === id) ?? open.find((each) => each.name === name) ?? open[0];
  if (call === undefined) return typeof id === 'string' && id !== '' ? id : 'call_0';
  call.isAnswered = true;
  return call.id;
}

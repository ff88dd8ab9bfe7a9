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
import type { Refusals } from '../refusals.js';
import { reasoningOf } from '../to-anthropic/chat-to-message.js';
import { argumentsOf } from '../to-anthropic/request-messages.js';
import { imageOf } from './ollama-fields.js';

/** Chat messages as Ollama's, whose content is a text with images beside it. */
export function ollamaMessagesOf(value: unknown, refusals: Refusals): Json[] {
  /** Names of the tools that were called, by the id of the call: Ollama pairs results by name. */
  const called = new Map<unknown, unknown>();
  return listAt(value, 'messages', 'request').map((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    const content = contentOf(message, field, refusals);
    if (role === 'user' || role === 'system') return { role, ...content };
    if (role === 'developer') return { role: 'system', ...content };
    if (role === 'tool') {
      const id = stringAt(message['tool_call_id'], `${field}.tool_call_id`, 'request');
      return { role, ...content, tool_call_id: id, ...present({ tool_name: called.get(id) }) };
    }
    if (role !== 'assistant')
      throw wrongType('request', `${field}.role`, 'system, developer, user, assistant or tool');
    const calls = optionalList(message['tool_calls'], `${field}.tool_calls`, 'request').flatMap((call, at) =>
      toolCall(call, `${field}.tool_calls[${at}]`, called, refusals),
    );
    const tools = calls.length > 0 ? calls : undefined;
    return { role, ...content, ...present({ thinking: reasoningOf(message), tool_calls: tools }) };
  });
}

/** The text of a message, and its images. */
export function contentOf(message: Json, field: string, refusals: Refusals): Json {
  const { content } = message;
  if (content === undefined || content === null)
    return { content: optionalString(message['refusal'], `${field}.refusal`, 'request') ?? '' };
  if (typeof content === 'string') return { content };
  if (!Array.isArray(content)) throw wrongType('request', `${field}.content`, 'a string or a list of parts');
  const texts: string[] = [];
  const images: string[] = [];
  content.forEach((entry, index) => {
    const place = `${field}.content[${index}]`;
    const part = objectAt(entry, place, 'request');
    const type = stringAt(part['type'], `${place}.type`, 'request');
    if (type === 'text' || type === 'refusal')
      texts.push(stringAt(part[type], `${place}.${type}`, 'request'));
    else if (type === 'image_url') images.push(...image(part['image_url'], `${place}.image_url`, refusals));
    else refusals.refuse(place, `content of type '${type}'`);
  });
  return { content: texts.join('\n'), ...(images.length > 0 && { images }) };
}

function image(value: unknown, field: string, refusals: Refusals): string[] {
  const url = stringAt(isObject(value) ? value['url'] : value, field, 'request');
  const data = imageOf(url);
  if (data !== undefined) return [data];
  refusals.refuse(field, 'it fetches no images: send them as base64 data');
  return [];
}

function toolCall(value: unknown, field: string, called: Map<unknown, unknown>, refusals: Refusals): Json[] {
  const call = objectAt(value, field, 'request');
  if (call['type'] === 'custom') {
    refusals.refuse(field, 'custom tools');
    return [];
  }
  const id = stringAt(call['id'], `${field}.id`, 'request');
  const target = objectAt(call['function'], `${field}.function`, 'request');
  const name = stringAt(target['name'], `${field}.function.name`, 'request');
  called.set(id, name);
  const input = argumentsOf(target['arguments'], `${field}.function.arguments`);
  return [{ id, function: { name, arguments: input } }];
}

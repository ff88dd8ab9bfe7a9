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
import { functionCallAt } from './function-call.js';

/** Parts that Cohere calls as OpenAI does, or that are its own. */
const KNOWN_PARTS = new Set(['text', 'image_url', 'thinking', 'document']);

/** Chat messages as Cohere's. */
export function cohereMessagesOf(value: unknown, refusals: Refusals): Json[] {
  return listAt(value, 'messages', 'request').map((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    const content = contentOf(message['content'], `${field}.content`, refusals);
    if (role === 'user') return { role, content: content ?? '' };
    if (role === 'system' || role === 'developer') return { role: 'system', content: content ?? '' };
    if (role === 'tool') return toolMessage(message, content, field);
    if (role === 'assistant') return assistantMessage(message, content, field, refusals);
    throw wrongType('request', `${field}.role`, 'system, developer, user, assistant or tool');
  });
}

function contentOf(content: unknown, field: string, refusals: Refusals): string | Json[] | undefined {
  if (content === undefined || content === null) return undefined;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw wrongType('request', field, 'a string or a list of parts');
  return content.flatMap((part, index) => partOf(part, `${field}[${index}]`, refusals));
}

function partOf(value: unknown, field: string, refusals: Refusals): Json[] {
  const { cache_control: _mark, ...part } = objectAt(value, field, 'request');
  const type = stringAt(part['type'], `${field}.type`, 'request');
  if (type === 'refusal') {
    return [{ type: 'text', text: stringAt(part['refusal'], `${field}.refusal`, 'request') }];
  }
  if (type === 'text') stringAt(part['text'], `${field}.text`, 'request');
  if (type === 'image_url' && typeof part['image_url'] === 'string')
    return [{ type, image_url: { url: part['image_url'] } }];
  if (KNOWN_PARTS.has(type)) return [part];
  refusals.refuse(field, `content of type '${type}'`);
  return [];
}

const toolMessage = (message: Json, content: string | Json[] | undefined, field: string): Json => ({
  role: 'tool',
  tool_call_id: stringAt(message['tool_call_id'], `${field}.tool_call_id`, 'request'),
  content: content ?? '',
});

function assistantMessage(
  message: Json,
  content: string | Json[] | undefined,
  field: string,
  refusals: Refusals,
): Json {
  const calls = optionalList(message['tool_calls'], `${field}.tool_calls`, 'request').flatMap((call, index) =>
    toolCall(call, `${field}.tool_calls[${index}]`, refusals),
  );
  const thinking = thinkingParts(message, field);
  const text = content ?? optionalString(message['refusal'], `${field}.refusal`, 'request');
  // Cohere's word for the reasoning that comes before calls, where it is no thinking of its models.
  const plan = thinking.length === 0 && calls.length > 0 ? reasoningOf(message) : undefined;
  return {
    role: 'assistant',
    ...present({
      content: thinking.length > 0 ? [...thinking, ...asParts(text)] : text,
      tool_calls: calls.length > 0 ? calls : undefined,
      tool_plan: plan,
    }),
  };
}

function thinkingParts(message: Json, field: string): Json[] {
  return optionalList(message['thinking_blocks'], `${field}.thinking_blocks`, 'request')
    .filter(isObject)
    .flatMap(({ thinking }) =>
      typeof thinking === 'string' && thinking !== '' ? [{ type: 'thinking', thinking }] : [],
    );
}

function asParts(text: string | Json[] | undefined): Json[] {
  if (text === undefined || text === '') return [];
  return typeof text === 'string' ? [{ type: 'text', text }] : text;
}

function toolCall(value: unknown, field: string, refusals: Refusals): Json[] {
  const call = objectAt(value, field, 'request');
  if (call['type'] === 'custom') {
    refusals.refuse(field, 'custom tools');
    return [];
  }
  return [functionCallAt(call, field)];
}

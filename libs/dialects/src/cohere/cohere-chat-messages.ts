import {
  listAt,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../json/json.js';
import { present } from '../json/present.js';
import { functionCallAt } from './function-call.js';

/** Messages of a Cohere request as chat messages. */
export function chatMessagesOfCohere(value: unknown): Json[] {
  return listAt(value, 'messages', 'request').map((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request').toLowerCase();
    const parts = partsOf(message['content'], `${field}.content`);
    if (role === 'system' || role === 'user') return { role, content: parts };
    if (role === 'assistant') return assistantMessage(message, parts, field);
    if (role === 'tool') return toolMessage(message, parts, field);
    throw wrongType('request', `${field}.role`, 'system, user, assistant or tool');
  });
}

function partsOf(content: unknown, field: string): string | Json[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw wrongType('request', field, 'a string or a list of parts');
  return content.map((part, index) => partOf(part, `${field}[${index}]`));
}

function partOf(value: unknown, field: string): Json {
  const part = objectAt(value, field, 'request');
  const type = stringAt(part['type'], `${field}.type`, 'request');
  if (type === 'text') stringAt(part['text'], `${field}.text`, 'request');
  return type === 'document' ? { type: 'text', text: documentText(part['document'], field) } : part;
}

/** What a tool found, as the text that other providers take. */
function documentText(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  const document = objectAt(value, `${field}.document`, 'request');
  const { data } = document;
  return typeof data === 'string' ? data : JSON.stringify(data ?? document);
}

function assistantMessage(message: Json, parts: string | Json[], field: string): Json {
  const calls = optionalList(message['tool_calls'], `${field}.tool_calls`, 'request');
  const plan = optionalString(message['tool_plan'], `${field}.tool_plan`, 'request') ?? '';
  const thinking = typeof parts === 'string' ? [] : parts.flatMap(thinkingBlock);
  const texts = typeof parts === 'string' ? parts : parts.filter(({ type }) => type !== 'thinking');
  const reasoning = thinking.map((block) => block['thinking']).join('') + plan;
  return {
    role: 'assistant',
    content: texts.length > 0 || typeof texts === 'string' ? texts : null,
    ...present({
      reasoning_content: reasoning === '' ? undefined : reasoning,
      thinking_blocks: thinking.length > 0 ? thinking : undefined,
      tool_calls:
        calls.length > 0
          ? calls.map((call, index) => functionCallAt(call, `${field}.tool_calls[${index}]`))
          : undefined,
    }),
  };
}

const thinkingBlock = ({ type, thinking }: Json): Json[] =>
  type === 'thinking' && typeof thinking === 'string' ? [{ type, thinking, signature: '' }] : [];

function toolMessage(message: Json, parts: string | Json[], field: string): Json {
  const id = stringAt(message['tool_call_id'], `${field}.tool_call_id`, 'request');
  return { role: 'tool', tool_call_id: id, content: parts };
}

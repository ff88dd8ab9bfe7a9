import { stopReasonOf } from '../finish-reason.js';
import {
  isObject,
  listAt,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  type Json,
} from '../json/json.js';
import { usageOfChat } from '../usage/chat-usage.js';
import { messageUsageOf } from '../usage/message-usage.js';
import { NO_USAGE } from '@tollgate/contracts';

/**
 * An OpenAI chat completion as an Anthropic message: its first choice. Tool arguments that are no JSON object become an
 * empty input. Throws `upstream_invalid_response` naming a field of the wrong shape.
 */
export function chatToMessage(response: Json): Json {
  const choice = objectAt(listAt(response['choices'], 'choices', 'answer')[0], 'choices[0]', 'answer');
  // NOTE Azure leaves the message out where its filter took the whole answer.
  const message = objectAt(choice['message'] ?? {}, 'choices[0].message', 'answer');
  const calls = optionalList(message['tool_calls'], 'choices[0].message.tool_calls', 'answer');
  const content = [...thinkingOf(message), ...textOf(message), ...calls.map(toolUseOf)];
  const stopReason =
    calls.length > 0 && choice['finish_reason'] === 'stop'
      ? 'tool_use'
      : stopReasonOf(choice['finish_reason']);
  return {
    id: typeof response['id'] === 'string' ? response['id'] : '',
    type: 'message',
    role: 'assistant',
    model: typeof response['model'] === 'string' ? response['model'] : '',
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: messageUsageOf(usageOfChat(response['usage']) ?? NO_USAGE),
  };
}

function thinkingOf(message: Json): Json[] {
  const blocks = optionalList(
    message['thinking_blocks'],
    'choices[0].message.thinking_blocks',
    'answer',
  ).filter(isObject);
  if (blocks.length > 0) return blocks;
  const reasoning = reasoningOf(message);
  return reasoning === undefined ? [] : [{ type: 'thinking', thinking: reasoning, signature: '' }];
}

/** The reasoning text of a message or delta, under either of the names that providers give it. */
export function reasoningOf(message: Json): string | undefined {
  const reasoning = message['reasoning_content'] ?? message['reasoning'];
  return typeof reasoning === 'string' && reasoning !== '' ? reasoning : undefined;
}

function textOf(message: Json): Json[] {
  const { content } = message;
  const text = Array.isArray(content)
    ? textOfParts(content)
    : optionalString(content, 'choices[0].message.content', 'answer');
  const refusal = optionalString(message['refusal'], 'choices[0].message.refusal', 'answer');
  return [text, refusal]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => ({ type: 'text', text: part }));
}

/** Mistral answers in parts; those that are no text are its thinking. */
const textOfParts = (parts: readonly unknown[]): string =>
  parts.map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('');

function toolUseOf(value: unknown, index: number): Json {
  const field = `choices[0].message.tool_calls[${index}]`;
  const call = objectAt(value, field, 'answer');
  const target = objectAt(call['function'], `${field}.function`, 'answer');
  return {
    type: 'tool_use',
    id: optionalString(call['id'], `${field}.id`, 'answer') ?? `call_${index}`,
    name: stringAt(target['name'], `${field}.function.name`, 'answer'),
    input: inputOf(target['arguments']),
  };
}

function inputOf(text: unknown): Json {
  if (isObject(text)) return text;
  try {
    const input: unknown = JSON.parse(typeof text === 'string' ? text : '{}');
    return isObject(input) ? input : {};
  } catch {
    return {};
  }
}

import {
  isObject,
  listAt,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  type Json,
} from '../json/json.js';
import { reasoningOf } from '../to-anthropic/chat-to-message.js';

export interface FirstChoice {
  readonly message: Json;
  /** Its content and refusal. */
  readonly text: string;
  readonly reasoning: string | undefined;
  readonly calls: readonly FunctionCall[];
  readonly finishReason: unknown;
  /** In OpenAI's form. */
  readonly logprobs: unknown;
}

export interface FunctionCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

/** What the first choice of a chat completion says. Throws `upstream_invalid_response` naming a field of the wrong shape. */
export function firstChoice(answer: Json): FirstChoice {
  const choice = objectAt(listAt(answer['choices'], 'choices', 'answer')[0], 'choices[0]', 'answer');
  // NOTE Azure leaves the message out where its filter took the whole answer.
  const message = objectAt(choice['message'] ?? {}, 'choices[0].message', 'answer');
  const calls = optionalList(message['tool_calls'], 'choices[0].message.tool_calls', 'answer');
  return {
    message,
    text: textOf(message['content']) + textOf(message['refusal']),
    reasoning: reasoningOf(message),
    calls: calls.map(functionCall),
    finishReason: choice['finish_reason'],
    logprobs: choice['logprobs'],
  };
}

/** Mistral answers in parts; those that are no text are its thinking. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isObject(part) ? textOf(part['text']) : '')).join('');
}

function functionCall(value: unknown, index: number): FunctionCall {
  const field = `choices[0].message.tool_calls[${index}]`;
  const call = objectAt(value, field, 'answer');
  const target = objectAt(call['function'], `${field}.function`, 'answer');
  const { arguments: told } = target;
  const text = isObject(told) ? JSON.stringify(told) : told;
  return {
    id: optionalString(call['id'], `${field}.id`, 'answer') ?? `call_${index}`,
    name: stringAt(target['name'], `${field}.function.name`, 'answer'),
    arguments: typeof text === 'string' && text.trim() !== '' ? text : '{}',
  };
}

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
export const firstChoice = (answer: Json): FirstChoice =>
  choiceAt(listAt(answer['choices'], 'choices', 'answer')[0], 0);

/** The same of every choice. */
export const allChoices = (answer: Json): FirstChoice[] =>
  listAt(answer['choices'], 'choices', 'answer').map(choiceAt);

function choiceAt(value: unknown, index: number): FirstChoice {
  const field = `choices[${index}]`;
  const choice = objectAt(value, field, 'answer');
  // NOTE Azure leaves the message out where its filter took the whole answer.
  const message = objectAt(choice['message'] ?? {}, `${field}.message`, 'answer');
  const calls = optionalList(message['tool_calls'], `${field}.message.tool_calls`, 'answer');
  return {
    message,
    text: textOf(message['content']) + textOf(message['refusal']),
    reasoning: reasoningOf(message),
    calls: calls.map((call, place) => functionCall(call, place, `${field}.message.tool_calls[${place}]`)),
    finishReason: choice['finish_reason'],
    logprobs: choice['logprobs'],
  };
}

/** The text of a content. NOTE Mistral answers in parts; those that are no text are its thinking. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isObject(part) ? textOf(part['text']) : '')).join('');
}

function functionCall(value: unknown, index: number, field: string): FunctionCall {
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

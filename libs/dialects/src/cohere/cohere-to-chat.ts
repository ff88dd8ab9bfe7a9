import type { AnswerFacts, AnswerOptions } from '../codec/codec.js';
import { chatCompletion } from '../codec/chat-answers.js';
import {
  isObject,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../json/json.js';
import { usageOfCohere } from '../usage/cohere-usage.js';
import { citedFields } from './citations.js';
import { finishReasonOfCohere } from './finish-words.js';
import { chatLogprobs } from './logprobs.js';

/**
 * Cohere's answer as a chat completion. Thinking is in `reasoning_content` and `thinking_blocks`, a plan of tool calls in the
 * former alone. Answers of the v1 API, which have no `message`, are read too.
 */
export function cohereToChat(answer: Json, options: AnswerOptions): Json {
  const finishReason = finishReasonOfCohere(answer['finish_reason'], answer['error']);
  const message = objectAt(answer['message'] ?? messageOfV1(answer), 'message', 'answer');
  const facts = factsOfCohere(answer);
  return chatCompletion(
    {
      id: facts.responseId,
      message: chatMessageOf(message),
      finishReason: calledTools(message) && finishReason === 'stop' ? 'tool_calls' : finishReason,
      usage: facts.usage,
      logprobs: chatLogprobs(answer['logprobs']),
    },
    options,
  );
}

export function factsOfCohere(answer: Json): AnswerFacts {
  const rawUsage = answer['usage'] ?? answer['meta'] ?? null;
  const id = answer['id'] ?? answer['generation_id'];
  return {
    usage: usageOfCohere(rawUsage),
    rawUsage,
    serviceTier: null,
    responseId: typeof id === 'string' && id !== '' ? id : null,
  };
}

function chatMessageOf(message: Json): Json {
  const content = contentOf(message['content']);
  const plan = optionalString(message['tool_plan'], 'message.tool_plan', 'answer') ?? '';
  const calls = optionalList(message['tool_calls'], 'message.tool_calls', 'answer').map(toolCallOf);
  const reasoning = content.thinking + plan;
  return {
    content: content.text === '' && calls.length > 0 ? null : content.text,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(content.blocks.length > 0 && { thinking_blocks: content.blocks }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...citedFields(optionalList(message['citations'], 'message.citations', 'answer')),
  };
}

interface Content {
  text: string;
  thinking: string;
  readonly blocks: Json[];
}

function contentOf(value: unknown): Content {
  const content: Content = { text: '', thinking: '', blocks: [] };
  if (typeof value === 'string') return { ...content, text: value };
  optionalList(value, 'message.content', 'answer').forEach((entry, index) => {
    const field = `message.content[${index}]`;
    const part = objectAt(entry, field, 'answer');
    if (part['type'] === 'text') content.text += stringAt(part['text'], `${field}.text`, 'answer');
    else if (part['type'] === 'thinking') {
      const thinking = stringAt(part['thinking'], `${field}.thinking`, 'answer');
      content.thinking += thinking;
      content.blocks.push({ type: 'thinking', thinking, signature: '' });
    }
  });
  return content;
}

function toolCallOf(value: unknown, index: number): Json {
  const field = `message.tool_calls[${index}]`;
  const call = objectAt(value, field, 'answer');
  const target = objectAt(call['function'], `${field}.function`, 'answer');
  return {
    id: optionalString(call['id'], `${field}.id`, 'answer') ?? `call_${index}`,
    type: 'function',
    function: {
      name: stringAt(target['name'], `${field}.function.name`, 'answer'),
      arguments: argumentsText(optionalString(target['arguments'], `${field}.function.arguments`, 'answer')),
    },
  };
}

/** NOTE Cohere leaves the arguments empty where a tool has none; OpenAI's clients parse them all the same. */
const argumentsText = (text: string | undefined): string =>
  text === undefined || text.trim() === '' ? '{}' : text;

const calledTools = (message: Json): boolean =>
  Array.isArray(message['tool_calls']) && message['tool_calls'].length > 0;

/** The message that a v1 answer would have been in v2; its tool calls have parameters and no id. */
function messageOfV1(answer: Json): Json {
  if (typeof answer['text'] !== 'string') throw wrongType('answer', 'message', 'an object');
  const calls = optionalList(answer['tool_calls'], 'tool_calls', 'answer').filter(isObject);
  return {
    content: answer['text'],
    citations: answer['citations'],
    tool_calls: calls.map(({ name, parameters }) => ({
      function: { name, arguments: JSON.stringify(parameters ?? {}) },
    })),
  };
}

import { finishReasonOf } from '../finish-reason.js';
import { JSON_ANSWER_TOOL } from '../json-answer-tool.js';
import { isObject, listAt, objectAt, stringAt, type Json } from '../json/json.js';
import { chatUsageOf } from '../usage/chat-usage.js';
import { usageOfMessage } from '../usage/message-usage.js';
import { annotationsOf } from './annotations.js';

export interface MessageToChatOptions {
  /** The model name that the caller sees. */
  readonly model: string;
  /** The caller's id of the answer; the provider's own where absent. */
  readonly id?: string;
  /** Unix time in seconds. */
  readonly created: number;
}

/** What the blocks of a message say, gathered for one chat message. */
interface Gathered {
  text: string;
  thinking: string;
  readonly thinkingBlocks: Json[];
  readonly toolCalls: Json[];
  readonly annotations: Json[];
  hasJsonAnswer: boolean;
}

/**
 * An Anthropic message as an OpenAI chat completion. Thinking is in `reasoning_content` and, with its signatures, in
 * `thinking_blocks`. Blocks of the provider's own tools (its searches, its code) have no place in it and are left out.
 * Throws `upstream_invalid_response` naming a field of the wrong shape.
 */
export function messageToChat(message: Json, options: MessageToChatOptions): Json {
  const gathered: Gathered = {
    text: '',
    thinking: '',
    thinkingBlocks: [],
    toolCalls: [],
    annotations: [],
    hasJsonAnswer: false,
  };
  listAt(message['content'], 'content', 'answer').forEach((block, index) => {
    gather(objectAt(block, `content[${index}]`, 'answer'), `content[${index}]`, gathered);
  });
  const usage = usageOfMessage(message['usage']);
  return {
    id: options.id ?? (typeof message['id'] === 'string' ? message['id'] : ''),
    object: 'chat.completion',
    created: options.created,
    model: options.model,
    choices: [choiceOf(gathered, message['stop_reason'])],
    ...(usage !== null && { usage: chatUsageOf(usage) }),
    ...serviceTierOf(message['usage']),
  };
}

function choiceOf(gathered: Gathered, stopReason: unknown): Json {
  const { text, thinking, thinkingBlocks, toolCalls, annotations, hasJsonAnswer } = gathered;
  const finish = finishReasonOf(stopReason);
  return {
    index: 0,
    message: {
      role: 'assistant',
      content: text === '' && toolCalls.length > 0 ? null : text,
      refusal: null,
      ...(thinking !== '' && { reasoning_content: thinking }),
      ...(thinkingBlocks.length > 0 && { thinking_blocks: thinkingBlocks }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
      ...(annotations.length > 0 && { annotations }),
    },
    logprobs: null,
    finish_reason: finish === 'tool_calls' && hasJsonAnswer && toolCalls.length === 0 ? 'stop' : finish,
  };
}

function gather(block: Json, field: string, into: Gathered): void {
  switch (block['type']) {
    case 'text': {
      const text = stringAt(block['text'], `${field}.text`, 'answer');
      into.annotations.push(...annotationsOf(block['citations'], into.text.length, text.length));
      into.text += text;
      break;
    }
    case 'thinking':
      into.thinking += stringAt(block['thinking'], `${field}.thinking`, 'answer');
      into.thinkingBlocks.push(block);
      break;
    case 'redacted_thinking':
      into.thinkingBlocks.push(block);
      break;
    case 'tool_use':
      gatherTool(block, field, into);
      break;
  }
}

function gatherTool(block: Json, field: string, into: Gathered): void {
  const name = stringAt(block['name'], `${field}.name`, 'answer');
  const input = JSON.stringify(objectAt(block['input'] ?? {}, `${field}.input`, 'answer'));
  if (name === JSON_ANSWER_TOOL) {
    into.text += input;
    into.hasJsonAnswer = true;
    return;
  }
  const id = stringAt(block['id'], `${field}.id`, 'answer');
  into.toolCalls.push({ id, type: 'function', function: { name, arguments: input } });
}

/** The tier that served, in OpenAI's words. */
export function serviceTierOf(usage: unknown): Json {
  const tier = isObject(usage) ? usage['service_tier'] : undefined;
  if (typeof tier !== 'string') return {};
  return { service_tier: tier === 'standard' ? 'default' : tier };
}

import { GatewayError } from '@tollgate/contracts';
import { chatCompletion } from '../codec/chat-answers.js';
import type { AnswerFacts, AnswerOptions } from '../codec/codec.js';
import { isObject, objectAt, optionalList, optionalString, stringAt, type Json } from '../json/json.js';
import { usageOfChat } from '../usage/chat-usage.js';

/** An answer of Ollama's `/api/chat` as a chat completion. */
export function ollamaToChat(answer: Json, options: AnswerOptions): Json {
  const message = messageOf(answer);
  const calls = toolCallsOf(message, options, 0);
  const content = optionalString(message['content'], 'message.content', 'answer') ?? '';
  const thinking = optionalString(message['thinking'], 'message.thinking', 'answer') ?? '';
  return chatCompletion(
    {
      id: null,
      message: {
        content: content === '' && calls.length > 0 ? null : content,
        ...(thinking !== '' && { reasoning_content: thinking }),
        ...(calls.length > 0 && { tool_calls: calls }),
      },
      finishReason: finishReasonOf(answer['done_reason'], calls.length > 0),
      usage: usageOfChat(answer),
      logprobs: logprobsOf(answer['logprobs']),
    },
    options,
  );
}

/** The message of an answer or a part of one; `/api/generate` has its texts on the top level. */
export function messageOf(answer: Json): Json {
  const error = answer['error'];
  if (error !== undefined && error !== null) throw errorOf(error);
  if (answer['message'] !== undefined) return objectAt(answer['message'], 'message', 'answer');
  return { content: stringAt(answer['response'], 'response', 'answer'), thinking: answer['thinking'] };
}

/** Ollama's error of a status 200, as it sends it in the middle of a stream. */
const errorOf = (error: unknown): GatewayError =>
  new GatewayError(
    'upstream_error',
    typeof error === 'string' && error !== '' ? error : 'The provider reported an error in its stream',
  );

/** Whole tool calls, in OpenAI's form; `first` is the number of the first one. Older servers give them no id. */
export function toolCallsOf(message: Json, { created }: AnswerOptions, first: number): Json[] {
  return optionalList(message['tool_calls'], 'message.tool_calls', 'answer').map((value, at) => {
    const field = `message.tool_calls[${at}]`;
    const call = objectAt(value, field, 'answer');
    const target = objectAt(call['function'], `${field}.function`, 'answer');
    const id = optionalString(call['id'], `${field}.id`, 'answer');
    const input = target['arguments'] ?? {};
    return {
      id: id === undefined || id === '' ? `call_${created}_${first + at}` : id,
      type: 'function',
      function: {
        name: stringAt(target['name'], `${field}.function.name`, 'answer'),
        arguments: typeof input === 'string' ? input : JSON.stringify(input),
      },
    };
  });
}

/** Ollama ends with `stop` whether tools are called or not. */
export function finishReasonOf(doneReason: unknown, calledTools: boolean): string {
  if (doneReason === 'length') return 'length';
  return calledTools ? 'tool_calls' : 'stop';
}

/** Ollama tells log probabilities as OpenAI does, without the object around them. */
export const logprobsOf = (value: unknown): Json | null =>
  Array.isArray(value) && value.length > 0 ? { content: value.filter(isObject), refusal: null } : null;

const COUNTS = ['prompt_eval_count', 'eval_count', 'total_duration', 'load_duration', 'eval_duration'];

export function factsOfOllama(answer: Json): AnswerFacts {
  const told = COUNTS.filter((name) => answer[name] !== undefined);
  return {
    usage: usageOfChat(answer),
    rawUsage: told.length === 0 ? null : Object.fromEntries(told.map((name) => [name, answer[name]])),
    serviceTier: null,
    responseId: null,
  };
}

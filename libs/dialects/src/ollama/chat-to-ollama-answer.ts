import { completionTokens, promptTokens } from '@tollgate/contracts';
import type { AnswerOptions } from '../codec/codec.js';
import { firstChoice } from '../codec/first-choice.js';
import { isObject, type Json } from '../json/json.js';
import { usageOfChat } from '../usage/chat-usage.js';

/** Which of Ollama's endpoints answers: they have their texts in different places. */
export type Endpoint = 'chat' | 'generate';

/** A chat completion as an answer of Ollama: its first choice. */
export function chatToOllamaAnswer(answer: Json, options: AnswerOptions, endpoint: Endpoint): Json {
  const { text, reasoning, calls, finishReason, logprobs } = firstChoice(answer);
  const told = isObject(logprobs) && Array.isArray(logprobs['content']) ? logprobs['content'] : undefined;
  const parts = {
    text,
    thinking: reasoning,
    calls: calls.map((call) => ollamaCall(call.id, call.name, call.arguments)),
  };
  return {
    ...headOf(options),
    ...bodyOf(parts, endpoint),
    ...(told !== undefined && { logprobs: told }),
    ...endOf(finishReason, answer['usage']),
  };
}

/** What every object of Ollama's begins with. */
export const headOf = ({ model, created }: AnswerOptions): Json => ({
  model,
  created_at: new Date(created * 1000).toISOString(),
});

export interface Parts {
  readonly text: string;
  readonly thinking?: string | undefined;
  readonly calls?: readonly Json[];
}

export function bodyOf({ text, thinking, calls = [] }: Parts, endpoint: Endpoint): Json {
  const thoughts = thinking === undefined ? {} : { thinking };
  if (endpoint === 'generate') return { response: text, ...thoughts };
  const tools = calls.length > 0 ? { tool_calls: calls } : {};
  return { message: { role: 'assistant', content: text, ...thoughts, ...tools } };
}

/** A tool call, whose arguments Ollama has as an object; what is no JSON object is none. */
export function ollamaCall(id: string, name: string, json: string): Json {
  return { id, function: { name, arguments: inputOf(json) } };
}

function inputOf(json: string): Json {
  try {
    const input: unknown = JSON.parse(json);
    return isObject(input) ? input : {};
  } catch {
    return {};
  }
}

/** The end of an answer. Nobody else tells how long it took to load and to read; clients take the numbers for given. */
export function endOf(finishReason: unknown, rawUsage: unknown): Json {
  const usage = usageOfChat(rawUsage);
  return {
    done: true,
    done_reason: finishReason === 'length' ? 'length' : 'stop',
    total_duration: 0,
    load_duration: 0,
    prompt_eval_count: usage === null ? 0 : promptTokens(usage),
    prompt_eval_duration: 0,
    eval_count: usage === null ? 0 : completionTokens(usage),
    eval_duration: 0,
  };
}

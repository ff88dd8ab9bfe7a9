import { completionTokens, promptTokens } from '@tollgate/contracts';
import { firstChoice, type FunctionCall } from '../codec/first-choice.js';
import type { Json } from '../json/json.js';
import { usageOfChat } from '../usage/chat-usage.js';
import { citationsOf } from './citations.js';
import { cohereReasonOf } from './finish-words.js';
import { cohereLogprobs } from './logprobs.js';

/** A chat completion as Cohere's answer: its first choice. */
export function chatToCohereAnswer(answer: Json): Json {
  const { message, text, reasoning, calls, finishReason, logprobs: told } = firstChoice(answer);
  const content = [
    ...(reasoning === undefined ? [] : [{ type: 'thinking', thinking: reasoning }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
  ];
  const citations = citationsOf(message, text);
  const logprobs = cohereLogprobs(told);
  return {
    id: typeof answer['id'] === 'string' ? answer['id'] : '',
    message: {
      role: 'assistant',
      ...((content.length > 0 || calls.length === 0) && { content }),
      ...(calls.length > 0 && { tool_calls: calls.map(toolCallOf) }),
      ...(citations.length > 0 && { citations }),
    },
    finish_reason: calls.length > 0 ? 'TOOL_CALL' : cohereReasonOf(finishReason),
    usage: cohereUsageOf(answer['usage']),
    ...(logprobs.length > 0 && { logprobs }),
  };
}

const toolCallOf = ({ id, name, arguments: text }: FunctionCall): Json => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});

/** Cohere's usage from OpenAI's: what is billed and what was counted are the same to other providers. */
export function cohereUsageOf(raw: unknown): Json {
  const usage = usageOfChat(raw);
  if (usage === null) return {};
  const counts = { input_tokens: promptTokens(usage), output_tokens: completionTokens(usage) };
  const reasoning = usage.reasoning > 0 ? { reasoning_tokens: usage.reasoning } : {};
  return { billed_units: counts, tokens: { ...counts, ...reasoning }, cached_tokens: usage.cacheRead };
}

import type { Dialect } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { estimateTokens } from '../usage/estimate-tokens.js';
import { CONTINUE_INSTRUCTION, prefillText, type Prefill } from './prefill.js';

/**
 * The fields of a request that differ when its answer is to go on from `text`; undefined: the field goes. The dialect is that
 * of the request, which is not checked: what is no list of messages stays as it is.
 */
export function continuedRequest(request: Json, text: string, dialect: Dialect, prefill: Prefill): Json {
  const own = prefillText(text, dialect, prefill);
  // Anthropic refuses a text of white space alone, and nobody can go on from one.
  if (own.trim() === '') return {};
  const { messages } = request;
  if (!Array.isArray(messages)) return {};
  return {
    messages: continuedMessages(messages, own, prefill),
    ...tokenLimits(request, estimateTokens(text)),
    ...(prefill === 'final-message' && { continue_final_message: true, add_generation_prompt: false }),
    // The thoughts behind the beginning are lost, and a prefilled answer has none: the model goes on without.
    ...(dialect === 'anthropic-messages' && request['thinking'] !== undefined && { thinking: undefined }),
  };
}

function continuedMessages(messages: readonly unknown[], text: string, prefill: Prefill): unknown[] {
  const flag = prefill === 'prefix' || prefill === 'echoed-prefix' ? { prefix: true } : {};
  const last: unknown = messages.at(-1);
  // The client may have begun the answer itself: two messages of one role in a row are refused by some.
  const isBegun = isObject(last) && last['role'] === 'assistant' && last['tool_calls'] === undefined;
  const beginning = isBegun
    ? { ...last, content: joined(last['content'], text), ...flag }
    : { role: 'assistant', content: text, ...flag };
  const before = isBegun ? messages.slice(0, -1) : messages;
  const ask = prefill === 'ask' ? [{ role: 'user', content: CONTINUE_INSTRUCTION }] : [];
  return [...before, beginning, ...ask];
}

function joined(content: unknown, text: string): unknown {
  if (typeof content === 'string') return content + text;
  return Array.isArray(content) ? [...(content as unknown[]), { type: 'text', text }] : text;
}

function tokenLimits(request: Json, served: number): Json {
  const limits: Json = {};
  for (const name of ['max_tokens', 'max_completion_tokens']) {
    const limit = request[name];
    if (typeof limit === 'number') limits[name] = Math.max(1, limit - served);
  }
  return limits;
}

/** The answer is to be text of no prescribed form: one that is held to a format would begin anew. */
export function asksPlainText(request: Json): boolean {
  const { response_format: format, output_config: config } = request;
  const isFree = format === undefined || format === null || (isObject(format) && format['type'] === 'text');
  return isFree && isAbsent(request['output_format']) && (!isObject(config) || isAbsent(config['format']));
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

import { isObject, optionalString, wrongType, type Json } from '../json/json.js';
import { wordTable } from '../json/word-table.js';
import type { Refusals } from '../refusals.js';
import type { Turn } from './request-messages.js';

/** Tokens of thinking by `reasoning_effort`, as LiteLLM has them; Anthropic's least is 1024. Null turns thinking off. */
const BUDGETS: Readonly<Record<string, number | null>> = wordTable({
  none: null,
  minimal: 1024,
  low: 1024,
  medium: 2048,
  high: 4096,
  xhigh: 8192,
  max: 16_384,
});

/**
 * The `thinking` parameter: the caller's own, or made of `reasoning_effort`. The latter gives way where Anthropic would
 * refuse it: with a forced tool, and in a tool loop whose thinking the client did not send back.
 */
export function thinkingOf(
  request: Json,
  turns: readonly Turn[],
  isToolForced: boolean,
  refusals: Refusals,
): unknown {
  const own = request['thinking'];
  if (own !== undefined && own !== null) return own;
  const effort = optionalString(request['reasoning_effort'], 'reasoning_effort', 'request');
  if (effort === undefined || effort === 'default') return undefined;
  const budget = BUDGETS[effort];
  if (budget === undefined) throw wrongType('request', 'reasoning_effort', Object.keys(BUDGETS).join(', '));
  if (budget === null) return undefined;
  if (isToolForced || isUnsignedToolLoop(turns)) {
    refusals.leaveOut('reasoning_effort');
    return undefined;
  }
  return { type: 'enabled', budget_tokens: budget };
}

/** OpenAI counts thinking beside `max_tokens` where Anthropic counts it inside: raised when the budget leaves no room. */
export function maxTokensFor(maxTokens: number, thinking: unknown): number {
  const budget = isObject(thinking) && thinking['type'] === 'enabled' ? thinking['budget_tokens'] : undefined;
  return typeof budget === 'number' && maxTokens <= budget ? budget + maxTokens : maxTokens;
}

/** The last assistant turn calls tools, their results follow, and no thinking opens it. */
function isUnsignedToolLoop(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  if (last?.role !== 'user' || !last.content.some(({ type }) => type === 'tool_result')) return false;
  const opening = turns.at(-2)?.content[0]?.['type'];
  return opening !== 'thinking' && opening !== 'redacted_thinking';
}

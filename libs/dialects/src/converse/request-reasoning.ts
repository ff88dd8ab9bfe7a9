import { isObject, optionalString, type Json } from '../json/json.js';
import { wordTable } from '../json/word-table.js';
import type { Refusals } from '../refusals.js';
import type { Turn } from '../to-anthropic/request-messages.js';
import { thinkingOf } from '../to-anthropic/request-thinking.js';
import type { ModelFamily } from './model-family.js';

const NOVA_EFFORTS: Readonly<Record<string, string>> = wordTable({
  minimal: 'low',
  xhigh: 'high',
  max: 'high',
});

export interface ReasoningQuery {
  readonly family: ModelFamily;
  readonly turns: readonly Turn[];
  readonly isToolForced: boolean;
  readonly refusals: Refusals;
}

/** How a model is told to reason: each family has a field of its own for it, beside Converse's. */
export function reasoningFields(request: Json, query: ReasoningQuery): Json {
  const { family, turns, isToolForced, refusals } = query;
  if (family === 'claude' || family === 'unknown') {
    const thinking = thinkingOf(request, turns, isToolForced, refusals);
    return thinking === undefined ? {} : { thinking };
  }
  const { thinking } = request;
  if (isObject(thinking) && thinking['type'] !== 'disabled') refusals.refuse('thinking');
  const effort = optionalString(request['reasoning_effort'], 'reasoning_effort', 'request');
  if (effort === undefined || effort === 'none' || effort === 'default') return {};
  switch (family) {
    case 'nova-2':
      return { reasoningConfig: { type: 'enabled', maxReasoningEffort: NOVA_EFFORTS[effort] ?? effort } };
    case 'qwen':
      return { reasoning_config: effort };
    case 'open':
      return { reasoning_effort: effort };
    default:
      refusals.refuse('reasoning_effort');
      return {};
  }
}

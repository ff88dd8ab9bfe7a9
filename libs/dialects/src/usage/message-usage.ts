import { completionTokens, type CountKind, type ServiceTier, type Usage } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { countOf, fieldOf, firstCount } from './count.js';
import { serviceTierOf } from './service-tier.js';

/**
 * Disjoint counts from Anthropic's usage object, whose input, cache read and cache write are disjoint already.
 * Null when it holds no count of tokens; never throws.
 */
export function usageOfMessage(raw: unknown): Usage | null {
  if (!isObject(raw)) return null;
  if (countOf(raw['input_tokens']) === undefined && countOf(raw['output_tokens']) === undefined) return null;
  return compactionsOf(raw).reduce<Usage>((sum, iteration) => add(sum, countsOf(iteration)), countsOf(raw));
}

/** NOTE the totals leave out the iterations that compacted the context, but they are billed. */
function compactionsOf(raw: Json): Json[] {
  const iterations: readonly unknown[] = Array.isArray(raw['iterations']) ? raw['iterations'] : [];
  return iterations.filter(isObject).filter(({ type }) => type === 'compaction');
}

function countsOf(raw: Json): Usage {
  const output = firstCount(raw['output_tokens']);
  const fiveMinutes = firstCount(fieldOf(raw['cache_creation'], 'ephemeral_5m_input_tokens'));
  const oneHour = firstCount(fieldOf(raw['cache_creation'], 'ephemeral_1h_input_tokens'));
  const cacheWrite = countOf(raw['cache_creation_input_tokens']) ?? fiveMinutes + oneHour;
  const cacheWrite1h = Math.min(oneHour, cacheWrite);
  const thinking = firstCount(fieldOf(raw['output_tokens_details'], 'thinking_tokens'));
  const reasoning = Math.min(thinking, output);
  return {
    input: firstCount(raw['input_tokens']),
    cacheRead: firstCount(raw['cache_read_input_tokens']),
    cacheWrite5m: cacheWrite - cacheWrite1h,
    cacheWrite1h,
    output: output - reasoning,
    reasoning,
    audioInput: 0,
    audioOutput: 0,
    imageInput: 0,
    imageOutput: 0,
    searches: firstCount(fieldOf(raw['server_tool_use'], 'web_search_requests')),
    fileSearches: 0,
  };
}

function add(left: Usage, right: Usage): Usage {
  const sum = { ...left };
  for (const part of Object.keys(sum) as CountKind[]) sum[part] += right[part];
  return sum;
}

/** Anthropic's usage object. Audio and images count as input and output, as Anthropic has no place for them. */
export function messageUsageOf(usage: Usage): Json {
  return {
    input_tokens: usage.input + usage.audioInput + usage.imageInput,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWrite5m,
      ephemeral_1h_input_tokens: usage.cacheWrite1h,
    },
    output_tokens: completionTokens(usage),
    ...(usage.searches > 0 && { server_tool_use: { web_search_requests: usage.searches } }),
  };
}

/** Of Anthropic's usage object, which tells its tier and its speed. */
export const messageTierOf = (usage: unknown): ServiceTier | null =>
  isObject(usage) ? serviceTierOf(usage['speed'] === 'fast' ? 'fast' : usage['service_tier']) : null;

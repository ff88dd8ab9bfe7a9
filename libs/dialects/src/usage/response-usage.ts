import { completionTokens, promptTokens, type Usage } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { usageOfChat } from './chat-usage.js';
import { fieldOf, firstCount } from './count.js';

/**
 * Disjoint counts from a whole OpenAI response: its usage object, and the searches that only its output shows.
 * Null when it holds no count of tokens; never throws.
 */
export function usageOfResponse(response: unknown): Usage | null {
  const usage = usageOfChat(fieldOf(response, 'usage'));
  if (usage === null) return null;
  const output = fieldOf(response, 'output');
  const items = Array.isArray(output) ? output.filter(isObject) : [];
  const told = firstCount(fieldOf(fieldOf(fieldOf(response, 'tool_usage'), 'web_search'), 'num_requests'));
  return {
    ...usage,
    searches: usage.searches || told || items.filter(isSearch).length,
    fileSearches: usage.fileSearches || items.filter(({ type }) => type === 'file_search_call').length,
  };
}

/** NOTE opening a page that was found, and looking for a word in it, are calls of the same tool, but they cost nothing. */
function isSearch({ type, action }: Json): boolean {
  const kind = fieldOf(action, 'type');
  return type === 'web_search_call' && (kind === undefined || kind === 'search');
}

/** The usage object of an OpenAI response. */
export function responseUsageOf(usage: Usage): Json {
  const input = promptTokens(usage);
  const output = completionTokens(usage);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + output,
  };
}

import { NO_USAGE, type Usage } from '@tollgate/contracts';
import { countOf, fieldOf, firstCount } from './count.js';

const COUNTED = ['input_tokens', 'output_tokens', 'search_units'];

/**
 * Counts from Cohere's `usage` (chat) or `meta` (embeddings, reranking): its billed units, which leave out the tokens of its own
 * templates, where it tells them. A unit of searching is a search. Null when it holds no count; never throws.
 */
export function usageOfCohere(raw: unknown): Usage | null {
  const tokens = fieldOf(raw, 'tokens');
  const units = fieldOf(raw, 'billed_units');
  const billed = COUNTED.some((name) => countOf(fieldOf(units, name)) !== undefined) ? units : tokens;
  const input = countOf(fieldOf(billed, 'input_tokens'));
  const output = countOf(fieldOf(billed, 'output_tokens'));
  const searches = countOf(fieldOf(billed, 'search_units'));
  if (input === undefined && output === undefined && searches === undefined) return null;
  const cacheRead = Math.min(input ?? 0, firstCount(fieldOf(raw, 'cached_tokens')));
  const reasoning = Math.min(output ?? 0, firstCount(fieldOf(tokens, 'reasoning_tokens')));
  return {
    ...NO_USAGE,
    input: (input ?? 0) - cacheRead,
    cacheRead,
    // Billed images of embeddings are beside the input; of a chat they are a part of it.
    imageInput: firstCount(fieldOf(units, 'image_tokens')),
    output: (output ?? 0) - reasoning,
    reasoning,
    searches: searches ?? 0,
  };
}

import { NO_USAGE, type Usage } from '@tollgate/contracts';
import { countOf, fieldOf, firstCount } from './count.js';

/**
 * Counts from Cohere's `usage` (chat) or `meta` (embeddings): its billed units, which leave out the tokens of its own templates,
 * where it tells them. Null when it holds no count of tokens; never throws.
 */
export function usageOfCohere(raw: unknown): Usage | null {
  const billed = fieldOf(raw, 'billed_units') ?? fieldOf(raw, 'tokens');
  const input = countOf(fieldOf(billed, 'input_tokens'));
  const output = countOf(fieldOf(billed, 'output_tokens'));
  if (input === undefined && output === undefined) return null;
  const cacheRead = Math.min(input ?? 0, firstCount(fieldOf(raw, 'cached_tokens')));
  return { ...NO_USAGE, input: (input ?? 0) - cacheRead, cacheRead, output: output ?? 0 };
}

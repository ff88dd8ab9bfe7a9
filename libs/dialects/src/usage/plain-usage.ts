import { NO_USAGE, type Usage } from '@tollgate/contracts';
import { usageOfChat } from './chat-usage.js';
import { countOf, fieldOf } from './count.js';

/**
 * Counts of what is read and not answered: embeddings, reranking, moderation. All of a total is input, whichever way it is
 * told. Null when it holds no count of tokens; never throws.
 */
export function usageOfInput(raw: unknown): Usage | null {
  const total = countOf(fieldOf(raw, 'total_tokens'));
  if (total !== undefined && !(countOf(fieldOf(raw, 'completion_tokens')) ?? 0))
    return { ...NO_USAGE, input: total };
  return usageOfChat(raw);
}

import { isObject, type Json } from '../json/json.js';

/** Marks what stands in `encrypted_content` for a whole block of redacted thinking, which has no text. */
const REDACTED = 'redacted_thinking:';

/**
 * A reasoning item as the thinking block of a chat message: what is encrypted is its signature, so that it comes back as it was
 * on the next turn. Null for an item that holds neither a text nor a signature.
 */
export function thinkingBlockOf(item: Json): Json | null {
  const encrypted = item['encrypted_content'];
  const signature = typeof encrypted === 'string' ? encrypted : '';
  if (signature.startsWith(REDACTED)) {
    return { type: 'redacted_thinking', data: signature.slice(REDACTED.length) };
  }
  const thinking = reasoningTextOf(item);
  return thinking === '' && signature === '' ? null : { type: 'thinking', thinking, signature };
}

/** All that a reasoning item tells: its summary, and the thoughts themselves where a provider shows them. */
function reasoningTextOf({ summary, content }: Json): string {
  return [summary, content]
    .flatMap((parts) => (Array.isArray(parts) ? parts.filter(isObject) : []))
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join(PART_SEPARATOR);
}

/** Between the parts of a summary, each of which opens with a title of its own. */
export const PART_SEPARATOR = '\n\n';

/** The reasoning item of a thinking block, without its id and status; null for a block that is none. */
export function reasoningItemOf(block: Json): Json | null {
  const { type, thinking, signature, data } = block;
  if (type === 'redacted_thinking' && typeof data === 'string') {
    return { type: 'reasoning', summary: [], encrypted_content: `${REDACTED}${data}` };
  }
  if (type !== 'thinking') return null;
  const text = typeof thinking === 'string' ? thinking : '';
  return {
    type: 'reasoning',
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    ...(typeof signature === 'string' && signature !== '' && { encrypted_content: signature }),
  };
}

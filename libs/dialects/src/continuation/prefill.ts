import type { Dialect } from '@tollgate/contracts';
import { Seam } from './seam.js';

/**
 * How a model is made to go on from the beginning of an answer. ask: the user's next message asks for it. trailing: it goes on
 * from an assistant message at the end. prefix: from one that says `prefix: true`. echoed-prefix: likewise, and says the
 * beginning again. final-message: with vLLM's `continue_final_message`.
 */
export type Prefill = 'ask' | 'trailing' | 'prefix' | 'echoed-prefix' | 'final-message';

/** What a model is asked that cannot be given the beginning of its answer. */
export const CONTINUE_INSTRUCTION =
  'Continue exactly where your last message stopped, in the middle of a word if need be. ' +
  'Do not repeat anything of it, and add no introduction and no comment.';

/** Anthropic refuses white space at the end of a prefilled answer. */
export const prefillText = (text: string, dialect: Dialect, prefill: Prefill): string =>
  dialect === 'anthropic-messages' && prefill === 'trailing' ? text.trimEnd() : text;

/** Where the answer to a continued request meets what the client has. */
export function seamOf(text: string, dialect: Dialect, prefill: Prefill): Seam {
  if (prefill === 'echoed-prefix') return new Seam(text, true);
  return new Seam(text.slice(prefillText(text, dialect, prefill).length), false);
}

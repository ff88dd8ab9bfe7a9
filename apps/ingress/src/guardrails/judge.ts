import { GatewayError } from '@tollgate/contracts';
import type { Applicant } from '../calls/call-intake.js';
import { guardrailAsked } from '../events.js';
import type { CallContext } from '../http/request-context.js';
import { undecided } from './guardrail-errors.js';
import type { SaidText } from './said-text.js';

/** A call as somebody outside is asked about it. */
export interface JudgedCall {
  readonly call: CallContext;
  readonly applicant: Applicant;
}

/** Texts of a request or of its answer. */
export interface JudgedTexts extends JudgedCall {
  readonly texts: readonly SaidText[];
  readonly said: 'request' | 'response';
}

/** Asks somebody: null where all may go on as it is, else the texts in their new form. Rejects with `guardrail_violation`. */
export type Judge = (judged: JudgedTexts) => Promise<readonly string[] | null>;

/** A judge that nobody waits for in vain: without its verdict calls are refused (`guardrail_unavailable`), or go on. */
export function certain(
  judge: Judge,
  { name, failsOpen }: { readonly name: string; readonly failsOpen: boolean },
): Judge {
  return async (judged) => {
    if (judged.texts.length === 0) return null;
    try {
      return await judge(judged);
    } catch (cause) {
      if (cause instanceof GatewayError && cause.code === 'guardrail_violation') {
        guardrailAsked(name, 'blocked');
        throw cause;
      }
      guardrailAsked(name, failsOpen ? 'skipped' : 'failed', cause);
      if (failsOpen) return null;
      throw undecided(name, reasonOf(cause), cause);
    }
  };
}

/** What may be told: the text of a failure may hold an address. */
function reasonOf(cause: unknown): string {
  if (cause instanceof GatewayError) return cause.message;
  const isLate = (cause as { name?: unknown } | null)?.name === 'TimeoutError';
  return isLate ? 'it was asked and did not answer in time' : 'it was asked and gave no verdict';
}

import {
  completionTokens,
  promptTokens,
  sendingId,
  toGatewayError,
  type CallHeader,
  type ResponseEnd,
} from '@tollgate/contracts';
import type { Settlement } from './pass.js';

export const NOTHING_USED: Settlement = { tokens: 0, costNanos: 0 };

export const firstAttemptOf = (header: CallHeader): string => `${sendingId(header)}:1`;

/** Attempts may have gone on, of which nobody told what they cost. */
export const isUnseen = (cause: unknown): boolean =>
  ['service_lost', 'deadline_exceeded'].includes(toGatewayError(cause).code);

/** What is known of what a call used; billing will know the rest. `end`: null where the answer did not come to it. */
export function settlementOf(end: ResponseEnd | null, attemptId: string): Settlement {
  if (!end?.usage) return { tokens: null, costNanos: null, attemptId };
  const { usage } = end;
  const used = { prompt: promptTokens(usage), completion: completionTokens(usage) };
  // Without a price it costs nothing as far as budgets go.
  const costNanos = end.costNanos ?? 0;
  return { tokens: used.prompt + used.completion, costNanos, attemptId, used };
}

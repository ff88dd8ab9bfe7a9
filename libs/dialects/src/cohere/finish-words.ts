import { GatewayError } from '@tollgate/contracts';
import { wordTable } from '../json/word-table.js';

const FINISH_REASONS: Readonly<Record<string, string>> = wordTable({
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  USER_CANCEL: 'stop',
  MAX_TOKENS: 'length',
  ERROR_LIMIT: 'length',
  TOOL_CALL: 'tool_calls',
  ERROR_TOXIC: 'content_filter',
});

const COHERE_REASONS: Readonly<Record<string, string>> = wordTable({
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  tool_calls: 'TOOL_CALL',
  function_call: 'TOOL_CALL',
  // Cohere has no word of its own for what a filter ended.
  content_filter: 'ERROR',
});

/** OpenAI's word for Cohere's reason; an unknown one is a stop. Throws where the reason is that the answer failed. */
export function finishReasonOfCohere(reason: unknown, message?: unknown): string {
  if (reason === 'ERROR' || reason === 'TIMEOUT') {
    const text = typeof message === 'string' && message !== '' ? message : `The answer ended in ${reason}`;
    throw new GatewayError(reason === 'TIMEOUT' ? 'upstream_timeout' : 'upstream_error', text, {
      upstreamCode: reason,
    });
  }
  return (typeof reason === 'string' ? FINISH_REASONS[reason] : undefined) ?? 'stop';
}

/** Cohere's word for OpenAI's reason; an unknown one is a whole answer. */
export const cohereReasonOf = (reason: unknown): string =>
  (typeof reason === 'string' ? COHERE_REASONS[reason] : undefined) ?? 'COMPLETE';

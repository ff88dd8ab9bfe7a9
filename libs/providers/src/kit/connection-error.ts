import type { GatewayError } from '@tollgate/contracts';
import { upstreamError, type ErrorSource } from './upstream-error.js';

/** How far the exchange had come when the connection failed. */
export type ExchangeStage = 'connecting' | 'sent' | 'answering';

const CONNECT_TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/** The system's or undici's word for it, such as `ECONNREFUSED`: safe to show, unlike messages, which hold addresses. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  const code: unknown = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unknown';
}

/** The gateway's error for a connection that could not be made, was cut, or did not speak HTTP. */
export function connectionError(cause: unknown, stage: ExchangeStage, source: ErrorSource): GatewayError {
  const code = codeOf(cause);
  const options = { ...source, cause };
  if (code.startsWith('HPE_')) {
    return upstreamError(
      'upstream_invalid_response',
      'APIError',
      `The answer is not HTTP (${code})`,
      options,
    );
  }
  if (stage === 'connecting') {
    return CONNECT_TIMEOUTS.has(code)
      ? upstreamError('upstream_timeout', 'Timeout', `Connection timed out (${code}).`, options)
      : upstreamError('upstream_connection', 'InternalServerError', `Connection error. (${code})`, options);
  }
  return stage === 'sent'
    ? upstreamError(
        'upstream_connection',
        'APIConnectionError',
        `Connection closed before an answer. (${code})`,
        options,
      )
    : upstreamError(
        'upstream_stream_broken',
        'APIConnectionError',
        `The answer broke off. (${code})`,
        options,
      );
}

import type { GatewayError } from '@tollgate/contracts';
import { isObject } from '../json/json.js';
import { wordTable } from '../json/word-table.js';
import { errorOfChatChunk } from '../upstream-error.js';

/** HTTP statuses of Google's words for them, where the number is missing. */
const STATUSES: Readonly<Record<string, number>> = wordTable({
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
});

/**
 * The error that one of Google's answers is (`{ error: { code, message, status } }`, also in a list, or again as JSON in its
 * message), or null where it is none.
 */
export function errorOfGoogle(answer: unknown): GatewayError | null {
  const body: unknown = Array.isArray(answer) ? answer[0] : answer;
  if (!isObject(body) || !isObject(body['error'])) return null;
  const error = innermost(body['error']);
  const { code, message, status } = error;
  const word = typeof status === 'string' ? status : undefined;
  const number = typeof code === 'number' ? code : STATUSES[word ?? ''];
  return errorOfChatChunk({ error: { message, type: word, status_code: number } });
}

function innermost(error: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { message } = error;
  if (typeof message !== 'string' || !message.trimStart().startsWith('{')) return error;
  try {
    const inner: unknown = JSON.parse(message);
    return isObject(inner) && isObject(inner['error']) ? inner['error'] : error;
  } catch {
    return error;
  }
}

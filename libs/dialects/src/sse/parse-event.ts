import { GatewayError } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import type { SseEvent } from './sse-decoder.js';

/** The end mark of OpenAI's streams. */
export const DONE = '[DONE]';

/** An event's JSON object; null for what holds none (keep-alives, `[DONE]`). Throws `upstream_invalid_response`. */
export function parseEvent({ data }: SseEvent): Json | null {
  if (data === '' || data === DONE) return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new GatewayError('upstream_invalid_response', 'The provider sent an event that is not valid JSON', {
      cause,
    });
  }
  if (!isObject(value)) {
    throw new GatewayError(
      'upstream_invalid_response',
      'The provider sent an event that is not a JSON object',
    );
  }
  return value;
}

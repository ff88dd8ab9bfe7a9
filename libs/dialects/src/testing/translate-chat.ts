import { GatewayError } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { chatToMessages } from '../to-anthropic/chat-to-messages.js';

export const hello = [{ role: 'user', content: 'hello' }];
/** A tool. */
export const weather = {
  type: 'function',
  function: { name: 'weather', description: 'Tells it', parameters: { type: 'object', properties: {} } },
};

/** The body of a small chat request with these fields. */
export const translate = (fields: Json, dropParams = false): Json =>
  chatToMessages(
    { model: 'claude-sonnet-4-5', messages: hello, ...fields },
    { defaultMaxTokens: 100, dropParams },
  ).body;

/** What such a request is refused with. */
export function failureOf(fields: Json): GatewayError {
  try {
    translate(fields);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

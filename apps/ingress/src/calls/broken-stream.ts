import type { Dialect, GatewayError } from '@tollgate/contracts';
import { errorBody } from '../http/error-envelope.js';

const LINE_FEED = 0x0a;

/** The end of a stream that broke off, in the caller's dialect: what is written behind the bytes that went out last. */
export function brokenEnd(error: GatewayError, dialect: Dialect, last: Uint8Array | null): string {
  if (dialect.startsWith('ollama-')) {
    const isAtEnd = last === null || last.at(-1) === LINE_FEED;
    return `${isAtEnd ? '' : '\n'}${JSON.stringify(errorBody(error, dialect, null))}\n`;
  }
  // A provider that broke off in the middle of an event must not swallow ours.
  const gap = last === null || endsEvent(last) ? '' : '\n\n';
  const { name, data } = eventOf(error, dialect, last);
  return `${gap}${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function eventOf(
  error: GatewayError,
  dialect: Dialect,
  last: Uint8Array | null,
): { readonly name?: string; readonly data: object } {
  if (dialect === 'openai-responses') return { name: 'error', data: responsesError(error, last) };
  if (dialect === 'cohere-chat') return { name: 'message-end', data: cohereEnd(error) };
  const data = errorBody(error, dialect, null);
  return dialect === 'anthropic-messages' ? { name: 'error', data } : { data };
}

/** NOTE Cohere's client skips events that it does not know: an error is a way for the message to end. */
const cohereEnd = ({ message }: GatewayError): object => ({
  type: 'message-end',
  delta: { finish_reason: 'ERROR', error: message },
});

/**
 * OpenAI's numbers rise by one from event to event, this one included.
 * NOTE its documents have the error's fields beside the type, its servers in an `error`, which alone its clients throw.
 */
function responsesError(error: GatewayError, last: Uint8Array | null): object {
  const numbers =
    last === null
      ? null
      : Buffer.from(last)
          .toString('latin1')
          .match(/"sequence_number":\s*\d+/g);
  const before = numbers === null ? -1 : Number(/\d+$/.exec(numbers.at(-1) ?? '')?.[0] ?? -1);
  const fields = {
    code: error.options.upstreamCode ?? error.code,
    message: error.message,
    param: error.options.param ?? null,
  };
  return { type: 'error', ...fields, error: { type: error.type, ...fields }, sequence_number: before + 1 };
}

function endsEvent(bytes: Uint8Array): boolean {
  const { length } = bytes;
  return (
    bytes[length - 1] === LINE_FEED && (bytes[length - 2] === LINE_FEED || bytes[length - 3] === LINE_FEED)
  );
}

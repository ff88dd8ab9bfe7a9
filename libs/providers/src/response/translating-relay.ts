import { ChatToMessageStream, MessageToChatStream, encodeSse, type Json } from '@tollgate/dialects';
import { ChatObserver } from './chat-observer.js';
import { MessageObserver } from './message-observer.js';
import { DONE_EVENT, type RelayOptions } from './pass-through-relay.js';
import type { StreamRelay } from './stream-relay.js';

const created = (): number => Math.floor(Date.now() / 1000);

/** An Anthropic provider's stream for a client that speaks OpenAI. */
export function messageToChatRelay({ model, includeUsage, source }: RelayOptions): StreamRelay {
  const observer = new MessageObserver(source);
  const translation = new MessageToChatStream({ model, created: created(), includeUsage });
  return {
    observer,
    push(event) {
      if (observer.observe(event) === null) return null;
      return encodeAll(translation.push(event), (chunk) => encodeSse(JSON.stringify(chunk)));
    },
    end: () => DONE_EVENT,
  };
}

const END_MARK = { event: null, data: '[DONE]', raw: DONE_EVENT };

/** An OpenAI-shaped provider's stream for a client that speaks Anthropic. */
export function chatToMessageRelay({ model, source }: RelayOptions): StreamRelay {
  const observer = new ChatObserver(source);
  const translation = new ChatToMessageStream();
  const encode = (events: readonly Json[]): Uint8Array | null =>
    encodeAll(events, (event) => {
      const stamped = event['type'] === 'message_start' ? withModel(event, model) : event;
      return encodeSse(JSON.stringify(stamped), String(event['type']));
    });
  return {
    observer,
    push(event) {
      // The end mark is kept for `end`, so that a provider that leaves it out is translated no differently.
      return observer.observe(event) === null ? null : encode(translation.push(event));
    },
    end: () => encode(translation.push(END_MARK)),
  };
}

const withModel = (event: Json, model: string): Json => ({
  ...event,
  message: { ...(event['message'] as Json), model },
});

function encodeAll(items: readonly Json[], encode: (item: Json) => Buffer): Uint8Array | null {
  return items.length === 0 ? null : Buffer.concat(items.map(encode));
}

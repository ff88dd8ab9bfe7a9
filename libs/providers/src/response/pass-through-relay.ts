import { scanObject, spliceObject, type Json, type SseEvent } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import { ChatObserver } from './chat-observer.js';
import { MessageObserver } from './message-observer.js';
import { isJson } from './parse-payload.js';
import { EventStamp, editEvent, modelStamp } from './restamp.js';
import type { StreamRelay } from './stream-relay.js';

export interface RelayOptions {
  /** The model name that the client asked for. */
  readonly model: string;
  readonly includeUsage: boolean;
  readonly source: ErrorSource;
}

export const DONE_EVENT = Buffer.from('data: [DONE]\n\n');

/** OpenAI to OpenAI: bytes as they come, but for the model's name and the usage chunk that the client did not ask for. */
export function chatPassThrough({ model, includeUsage, source }: RelayOptions): StreamRelay {
  const observer = new ChatObserver(source);
  const stamp = new EventStamp(model);
  return {
    observer,
    push(event) {
      const chunk = observer.observe(event);
      if (chunk === null) return event.raw;
      if (!includeUsage && isUsageChunk(chunk)) return null;
      return chunk['model'] === undefined || chunk['model'] === model ? event.raw : stamp.stamp(event);
    },
    end: () => (observer.done ? null : DONE_EVENT),
  };
}

const isUsageChunk = ({ choices, usage }: Json): boolean =>
  Array.isArray(choices) && choices.length === 0 && isJson(usage);

/** Anthropic to Anthropic: the model's name stands in `message_start` alone. */
export function messagePassThrough({ model, source }: RelayOptions): StreamRelay {
  const observer = new MessageObserver(source);
  const stamp = modelStamp(model);
  const push = (event: SseEvent): Uint8Array => {
    const payload = observer.observe(event);
    const message = payload?.['type'] === 'message_start' ? payload['message'] : undefined;
    if (!isJson(message) || message['model'] === model) return event.raw;
    return editEvent(event, (bytes) => stampMessage(bytes, stamp));
  };
  return { observer, push, end: () => null };
}

function stampMessage(payload: Uint8Array, stamp: (message: Uint8Array) => Uint8Array): Uint8Array {
  const message = scanObject(payload).get('message');
  if (message === undefined) return payload;
  const stamped = stamp(payload.subarray(message.valueStart, message.valueEnd));
  return spliceObject(payload, { message: Buffer.from(stamped).toString() });
}

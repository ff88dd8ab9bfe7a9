import { scanObject, spliceObject, type Json } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import { AlikeEvents } from './alike-events.js';
import { ChatObserver, deltaCharacters } from './chat-observer.js';
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
  const alike = new AlikeEvents('"content":');
  /** Whether the model that is named in alike events is the client's. */
  let isOurs = true;
  return {
    observer,
    push(event) {
      const chunk = observer.observe(event);
      if (chunk === null) return event.raw;
      if (!includeUsage && isUsageChunk(chunk)) return null;
      const named = chunk['model'] === undefined || chunk['model'] === model;
      const text = plainText(chunk);
      if (text !== null && alike.learn(event.raw, text)) isOurs = named;
      return named ? event.raw : stamp.stamp(event);
    },
    pushAlike(view, start, parts) {
      let at = start;
      for (let end = alike.endOf(view, at); end >= 0; end = alike.endOf(view, at)) {
        if (!isOurs && !stamp.stampAlike(view, at, end, parts)) break;
        observer.characters += alike.characters;
        at = end;
      }
      if (isOurs && at > start) parts.push(view.subarray(start, at));
      return at;
    },
    end: () => (observer.done ? null : DONE_EVENT),
  };
}

/** The text of a chunk that has no other news; else null. */
function plainText(chunk: Json): string | null {
  const choice: unknown =
    Array.isArray(chunk['choices']) && chunk['choices'].length === 1 ? chunk['choices'][0] : null;
  if (isJson(chunk['usage']) || isJson(chunk['x_groq']) || !isJson(choice) || !isJson(choice['delta']))
    return null;
  const { delta, finish_reason: reason } = choice;
  const text = delta['content'];
  const isPlain = typeof text === 'string' && text !== '' && deltaCharacters(delta) === text.length;
  return isPlain && (reason === undefined || reason === null || reason === '') ? text : null;
}

const isUsageChunk = ({ choices, usage }: Json): boolean =>
  Array.isArray(choices) && choices.length === 0 && isJson(usage);

/** Anthropic to Anthropic: the model's name stands in `message_start` alone. */
export function messagePassThrough({ model, source }: RelayOptions): StreamRelay {
  const observer = new MessageObserver(source);
  const stamp = modelStamp(model);
  const alike = new AlikeEvents('"text":');
  return {
    observer,
    push(event) {
      const payload = observer.observe(event);
      const text = textDelta(payload);
      if (text !== null) alike.learn(event.raw, text);
      const message = payload?.['type'] === 'message_start' ? payload['message'] : undefined;
      if (!isJson(message) || message['model'] === model) return event.raw;
      return editEvent(event, (bytes) => stampMessage(bytes, stamp));
    },
    pushAlike(view, start, parts) {
      let at = start;
      for (let end = alike.endOf(view, at); end >= 0; end = alike.endOf(view, at)) {
        observer.characters += alike.characters;
        at = end;
      }
      if (at > start) parts.push(view.subarray(start, at));
      return at;
    },
    end: () => null,
  };
}

/** The text of an event that has no other news; else null. */
function textDelta(payload: Json | null): string | null {
  const delta = payload?.['type'] === 'content_block_delta' ? payload['delta'] : undefined;
  if (!isJson(delta) || delta['type'] !== 'text_delta') return null;
  return typeof delta['text'] === 'string' ? delta['text'] : null;
}

function stampMessage(payload: Uint8Array, stamp: (message: Uint8Array) => Uint8Array): Uint8Array {
  const message = scanObject(payload).get('message');
  if (message === undefined) return payload;
  const stamped = stamp(payload.subarray(message.valueStart, message.valueEnd));
  return spliceObject(payload, { message: Buffer.from(stamped).toString() });
}

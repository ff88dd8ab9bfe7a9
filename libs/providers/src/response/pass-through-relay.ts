import type { Dialect } from '@tollgate/contracts';
import {
  ChatStreamDecoder,
  scanObject,
  spliceObject,
  type Json,
  type StreamDecoder,
} from '@tollgate/dialects';
import { AlikeEvents } from './alike-events.js';
import { DecodedObserver } from './decoded-observer.js';
import { deltaCharacters } from './delta-characters.js';
import { MessageObserver } from './message-observer.js';
import { isJson } from './parse-payload.js';
import type { RelayOptions } from './relay-options.js';
import { EventStamp, editEvent } from './restamp.js';
import type { StreamRelay } from './stream-relay.js';

const DONE_EVENT = Buffer.from('data: [DONE]\n\n');

/** OpenAI to OpenAI: bytes as they come, but for the model's name and the usage chunk that the client did not ask for. */
export function chatPassThrough({ model, includeUsage, source }: RelayOptions): StreamRelay {
  const observer = new DecodedObserver(new ChatStreamDecoder(), source);
  const stamp = new EventStamp(model);
  const alike = new AlikeEvents('"content":');
  /** Whether the model that is named in alike events is the client's. */
  let isOurs = true;
  return {
    observer,
    push(event) {
      const [chunk] = observer.observe(event);
      if (chunk === undefined) return event.raw;
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
  const alike = new AlikeEvents('"text":');
  return {
    observer,
    push(event) {
      const payload = observer.observe(event);
      const text = textDelta(payload);
      if (text !== null) alike.learn(event.raw, text);
      const message = payload?.['type'] === 'message_start' ? payload['message'] : undefined;
      if (!isJson(message) || message['model'] === model) return event.raw;
      return editEvent(event, (payload) => stampedAt(payload, ['message', 'model'], model));
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

/** Where the model's name stands in the events of a dialect; absent: nowhere, or under the provider's own name for it. */
const MODEL_AT: Partial<Record<Dialect, readonly string[]>> = {
  'openai-responses': ['response', 'model'],
  'openai-completions': ['model'],
  'ollama-chat': ['model'],
  'ollama-generate': ['model'],
};

/** Any other dialect to itself: bytes as they come, but for the model's name. */
export function plainPassThrough(
  decoder: StreamDecoder,
  dialect: Dialect,
  { model, source }: RelayOptions,
): StreamRelay {
  const observer = new DecodedObserver(decoder, source);
  const path = MODEL_AT[dialect];
  return {
    observer,
    push(event) {
      observer.observe(event);
      if (path === undefined || !event.data.includes('"model"')) return event.raw;
      return editEvent(event, (payload) => stampedAt(payload, path, model));
    },
    end: () => (dialect === 'openai-completions' && !observer.done ? DONE_EVENT : null),
  };
}

/** The payload with the model's name at a path, where it has that path. */
function stampedAt(payload: Uint8Array, [name = '', ...rest]: readonly string[], model: string): Uint8Array {
  const member = scanObject(payload).get(name);
  if (member === undefined) return payload;
  const value = payload.subarray(member.valueStart, member.valueEnd);
  if (rest.length > 0 && value[0] !== OPEN_BRACE) return payload;
  const stamped =
    rest.length === 0 ? JSON.stringify(model) : Buffer.from(stampedAt(value, rest, model)).toString();
  return spliceObject(payload, { [name]: stamped });
}

const OPEN_BRACE = 0x7b;

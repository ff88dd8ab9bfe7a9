import type { Dialect } from '@tollgate/contracts';
import type { Json, SseEvent } from '@tollgate/dialects';
import { frameDecoder, jsonAnswer, relayFor, type Framing, type Progress } from '@tollgate/providers';
import { seeded } from '@tollgate/testing';
import { asEvent, isObject } from './checks.js';
import type { Recording } from './recordings.js';

/** The model that callers ask for, and see. */
export const OURS = 'our-name';

export interface Served {
  readonly bytes: Buffer;
  readonly progress: Progress;
}

/**
 * What a caller of dialect `to` gets of a recorded answer of dialect `from`, whole or streamed, as the providers' kit makes it. Streams
 * come in pieces of random size. Throws the GatewayError that the provider told, or that is wrong with the answer.
 */
export function serve(recording: Recording, from: Dialect, to: Dialect): Served {
  const { response, isStream } = recording;
  const source = { label: 'Some', secrets: [] };
  const request = requestOf(recording);
  if (!isStream && !isList(response)) {
    const { data, progress } = jsonAnswer(response, { from, to, model: OURS, source, request });
    return { bytes: Buffer.from(data), progress };
  }
  const relay = relayFor(from, to, { model: OURS, includeUsage: true, source, request });
  const parts: (Uint8Array | null)[] = [];
  for (const event of framed(recording, from)) {
    parts.push(relay.push(event));
    if (relay.observer.done) break;
  }
  if (relay.observer.finished) parts.push(relay.end());
  return { bytes: Buffer.concat(parts.filter((part) => part !== null)), progress: relay.observer };
}

/** NOTE without `alt=sse` Gemini streams a list. */
const isList = (response: Buffer): boolean => response.subarray(0, 20).toString().trimStart().startsWith('[');

function* framed({ response, name }: Recording, dialect: Dialect): Generator<SseEvent> {
  if (isList(response)) {
    yield* (JSON.parse(response.toString()) as Json[]).map(asEvent);
    return;
  }
  const random = seeded(name.length + response.length);
  const decoder = frameDecoder(framingOf(response, dialect), { maxEventBytes: 100_000_000 });
  for (let at = 0; at < response.length;) {
    const size = 1 + Math.floor(random() ** 3 * 4_000);
    // Of each piece its own memory: a socket's buffer is used again.
    yield* decoder.push(Buffer.from(response.subarray(at, at + size)));
    at += size;
  }
  yield* decoder.flush();
}

function framingOf(response: Buffer, dialect: Dialect): Framing {
  if (response[0] === 0) return 'aws-event-stream';
  return dialect.startsWith('ollama-') ? 'ndjson' : 'sse';
}

function requestOf({ request }: Recording): Json {
  try {
    const body: unknown = JSON.parse(request);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}

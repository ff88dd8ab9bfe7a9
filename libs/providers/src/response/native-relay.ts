import type { Dialect } from '@tollgate/contracts';
import { codecOf, type SseEvent } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import { DecodedObserver } from './decoded-observer.js';
import type { FrameDecoder } from './framing.js';
import type { StreamObserver } from './observer.js';
import type { StreamRelay } from './stream-relay.js';

/** A stream of a provider's own API: every byte as it came; read for the bill where the dialect is known. */
export function nativeRelay(dialect: Dialect, source: ErrorSource): StreamRelay {
  const options = { model: '', created: 0, includeUsage: true, request: {} };
  const decoder = codecOf(dialect)?.back?.stream?.(options);
  if (decoder === undefined) return { observer: UNREAD, push: ({ raw }) => raw, end: () => null };
  const observer = new DecodedObserver(decoder, source);
  return {
    observer,
    push(event) {
      observe(observer, event);
      return event.raw;
    },
    end: () => null,
  };
}

/** The provider's own error event is the caller's to read. */
function observe(observer: DecodedObserver, event: SseEvent): void {
  try {
    observer.observe(event);
  } catch {
    // What cannot be read is passed on all the same.
  }
}

const UNREAD: StreamObserver = {
  ...{ usage: null, rawUsage: null, serviceTier: null, responseId: null, characters: 0 },
  ...{ started: true, finished: true, done: false },
};

/** Bytes that nobody takes apart. */
export class RawFrames implements FrameDecoder {
  readonly isBetweenEvents = true;

  push(chunk: Uint8Array): SseEvent[] {
    return [{ event: null, data: '', raw: chunk }];
  }

  flush(): SseEvent[] {
    return [];
  }
}

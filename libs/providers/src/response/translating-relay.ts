import type { StreamDecoder, StreamEncoder } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import { DecodedObserver } from './decoded-observer.js';
import type { StreamRelay } from './stream-relay.js';

/** A provider's stream for a client of another dialect: read into canonical chunks, which are written in the client's words. */
export function translatingRelay(
  decoder: StreamDecoder,
  encoder: StreamEncoder,
  source: ErrorSource,
): StreamRelay {
  const observer = new DecodedObserver(decoder, source);
  return {
    observer,
    push(event) {
      const parts: Uint8Array[] = [];
      for (const chunk of observer.observe(event)) {
        const part = encoder.push(chunk);
        if (part !== null) parts.push(part);
      }
      return parts.length === 0 ? null : Buffer.concat(parts);
    },
    end: () => encoder.end(),
  };
}

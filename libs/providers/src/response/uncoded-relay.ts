import type { Usage } from '@tollgate/contracts';
import type { SseEvent } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import type { StreamObserver } from './observer.js';
import { parsePayload } from './parse-payload.js';
import type { RelayOptions } from './relay-options.js';
import type { StreamRelay } from './stream-relay.js';
import { factsOfUncoded } from './uncoded-facts.js';

/** A stream of a dialect without a codec, to callers of the same: bytes as they come, read for the bill. */
export function uncodedPassThrough({ source }: RelayOptions): StreamRelay {
  const observer = new UncodedObserver(source);
  return {
    observer,
    push(event) {
      observer.observe(event);
      return event.raw;
    },
    end: () => null,
  };
}

/** What ends an image, a speech or a transcript; more images may follow. */
const LAST_EVENT = /\.(?:completed|done)$/;

class UncodedObserver implements StreamObserver {
  usage: Usage | null = null;
  rawUsage: unknown = null;
  characters = 0;
  started = false;
  finished = false;
  done = false;
  readonly serviceTier = null;
  readonly responseId = null;

  constructor(private readonly source: ErrorSource) {}

  /** Throws a GatewayError for an error event and for a payload that cannot be read. */
  observe({ data }: SseEvent): void {
    if (data === '') return;
    if (data === '[DONE]') {
      this.finished = this.done = true;
      return;
    }
    const payload = parsePayload(data, this.source);
    const { type, delta } = payload;
    const { usage, rawUsage } = factsOfUncoded(payload);
    this.started = true;
    this.usage = usage ?? this.usage;
    this.rawUsage = rawUsage ?? this.rawUsage;
    if (typeof delta === 'string') this.characters += delta.length;
    if (typeof type === 'string' && LAST_EVENT.test(type)) this.finished = true;
  }
}

import { GatewayError, type ServiceTier, type Usage } from '@tollgate/contracts';
import type { Json, SseEvent, StreamDecoder } from '@tollgate/dialects';
import { refusalError } from '../kit/classify.js';
import { inWordsOf, type ErrorSource } from '../kit/upstream-error.js';
import { chatCharacters } from './delta-characters.js';
import type { StreamObserver } from './observer.js';
import { isJson } from './parse-payload.js';

/** Follows a provider's stream by what its dialect's decoder makes of it. */
export class DecodedObserver implements StreamObserver {
  characters = 0;

  constructor(
    private readonly decoder: StreamDecoder,
    private readonly source: ErrorSource,
  ) {}

  get usage(): Usage | null {
    return this.decoder.usage;
  }

  get rawUsage(): unknown {
    return this.decoder.rawUsage;
  }

  get serviceTier(): ServiceTier | null {
    return this.decoder.serviceTier;
  }

  get responseId(): string | null {
    return this.decoder.responseId;
  }

  get started(): boolean {
    return this.decoder.started;
  }

  get finished(): boolean {
    return this.decoder.finished;
  }

  get done(): boolean {
    return this.decoder.done;
  }

  /** The canonical chunks of an event. Throws a GatewayError for an error event and for a payload that cannot be read. */
  observe(event: SseEvent): Json[] {
    let chunks: Json[];
    try {
      chunks = this.decoder.push(event);
    } catch (cause) {
      throw cause instanceof GatewayError ? toldError(cause, event, this.source) : cause;
    }
    for (const chunk of chunks) this.characters += chatCharacters(chunk);
    return chunks;
  }
}

/** An event that is an error report is classified as an answer with that body would be. */
function toldError(error: GatewayError, { data }: SseEvent, source: ErrorSource): GatewayError {
  return isReport(data)
    ? refusalError({ status: 0, headers: {}, body: data }, source)
    : inWordsOf(source, error);
}

function isReport(data: string): boolean {
  try {
    const payload: unknown = JSON.parse(data);
    return isJson(payload) && payload['error'] !== undefined && payload['error'] !== null;
  } catch {
    return false;
  }
}

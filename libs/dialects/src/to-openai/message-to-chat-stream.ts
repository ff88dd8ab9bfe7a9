import type { Usage } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import type { MessageToChatOptions } from './message-to-chat.js';

export interface MessageToChatStreamOptions extends MessageToChatOptions {
  /** End with the chunk that carries usage and no choices. */
  readonly includeUsage: boolean;
}

/** `push` gives the chat.completion.chunk objects of one event; the caller ends the stream with `[DONE]`. */
export class MessageToChatStream {
  constructor(private readonly options: MessageToChatStreamOptions) {}

  /** True after `message_stop`: a stream that ends before is truncated. */
  get finished(): boolean {
    return false;
  }

  /** The provider's own id of the answer, once told. */
  get responseId(): string | null {
    return null;
  }

  /** What is known so far; null before any was told. */
  get usage(): Usage | null {
    return null;
  }

  /** The provider's usage fields, merged over the events; null before any was told. */
  get rawUsage(): Json | null {
    return null;
  }

  push(event: SseEvent): Json[] {
    throw new Error(`in the works ${event.data} ${this.options.model}`);
  }
}

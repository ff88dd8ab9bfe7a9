import type { Usage } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import type { SseEvent } from '../sse/sse-decoder.js';

/** `push` gives Anthropic stream events (each with its `type`, also the SSE event name). */
export class ChatToMessageStream {
  get finished(): boolean {
    return false;
  }

  get usage(): Usage | null {
    return null;
  }

  push(event: SseEvent): Json[] {
    throw new Error(`in the works ${event.data}`);
  }
}

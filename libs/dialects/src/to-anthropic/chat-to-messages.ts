import type { Json } from '../json/json.js';

export interface ChatToMessagesOptions {
  /** Sent as `max_tokens` when the caller names none: Anthropic requires it. */
  readonly defaultMaxTokens: number;
  /** Leave out what has no counterpart instead of refusing it. */
  readonly dropParams: boolean;
}

export interface TranslatedRequest {
  readonly body: Json;
  /** Names of the fields that were left out. */
  readonly dropped: string[];
}

export function chatToMessages(request: Json, options: ChatToMessagesOptions): TranslatedRequest {
  throw new Error(`in the works ${Object.keys(request).length} ${options.defaultMaxTokens}`);
}

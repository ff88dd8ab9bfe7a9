import type { Json } from '../json/json.js';

export interface MessageToChatOptions {
  /** The model name that the caller sees. */
  readonly model: string;
  /** The caller's id of the answer; the provider's own where absent. */
  readonly id?: string;
  /** Unix time in seconds. */
  readonly created: number;
}

export function messageToChat(message: Json, options: MessageToChatOptions): Json {
  throw new Error(`in the works ${Object.keys(message).length} ${options.model}`);
}

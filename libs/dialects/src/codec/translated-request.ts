import type { Json } from '../json/json.js';

export interface TranslatedRequest {
  readonly body: Json;
  /** Names of the fields that were left out. */
  readonly dropped: string[];
}

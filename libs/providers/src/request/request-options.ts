import type { CachePoint } from './cache-points.js';

/** A deployment's wishes for the request bodies that are sent to it. */
export interface BodyOptions {
  /** Parameters for what the client left out. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields set whatever the client said. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  /** Top-level fields that the provider must not see. */
  readonly additionalDropParams: readonly string[];
  /** In a translation: leave out what has no counterpart instead of refusing it. */
  readonly dropParams: boolean;
  /** Parts of prompts that are marked for the provider's cache; absent: none. */
  readonly cachePoints?: readonly CachePoint[];
}

/** Two spellings of one wish: a default in one must not meet the client's in the other, as providers refuse both together. */
const ALTERNATIVES: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
};

/** A default of this name holds for a request that has these fields. */
export function isApplicable(name: string, has: (field: string) => boolean): boolean {
  const alternative = ALTERNATIVES[name];
  return !has(name) && (alternative === undefined || !has(alternative));
}

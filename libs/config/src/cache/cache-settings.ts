/** LiteLLM's names of what is asked of a model, without the `a` of its asynchronous twins. */
export const CACHED_CALL_TYPES = [
  'completion',
  'text_completion',
  'embedding',
  'responses',
  'anthropic_messages',
  'generate_content',
  'rerank',
] as const;
export type CachedCallType = (typeof CACHED_CALL_TYPES)[number];

/** `litellm_settings.cache` and `cache_params`: answers that are given again to whoever asks the same. */
export interface CacheSettings {
  /** LiteLLM's type, as it is written. Answers are in shared state whatever it is. */
  readonly type: string;
  readonly ttlMs: number;
  /** What names of entries begin with; empty: with nothing. */
  readonly namespace: string;
  /** `default_off`: only of calls that ask for it (`cache: {"use-cache": true}`). */
  readonly mode: 'default_on' | 'default_off';
  readonly callTypes: ReadonlySet<CachedCallType>;
  /** Answers to what was asked in other words; null: to the same words only. */
  readonly semantic: SemanticCacheSettings | null;
}

export interface SemanticCacheSettings {
  /** A model name of the config that makes vectors. */
  readonly model: string;
  /** Cosine from which on two prompts ask the same, 0 to 1. */
  readonly threshold: number;
  /** Tollgate's own: numbers, negations, names and quoted texts of both must be the same. */
  readonly isVerified: boolean;
}

export const CACHE_TTL_MS = 600_000;
export const SIMILARITY_THRESHOLD = 0.9;

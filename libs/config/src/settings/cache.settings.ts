import type { SettingRow } from './setting-row.js';

/** Keys of `litellm_settings` that are about the response cache. */
export const CACHE_ROWS = {
  cache: ['`false`', 'give answers again to whoever asks the same'],
  cache_params: ['', 'how'],
} as const satisfies Record<string, SettingRow>;

export const CACHE_SETTINGS = {
  'litellm_settings.cache_params': {
    type: [
      '`local`',
      "LiteLLM's types: those that end in `semantic` (`semantic` too) answer what was asked in other words; all keep answers in shared state",
    ],
    ttl: ['600', 'seconds that an answer is kept'],
    default_in_redis_ttl: ['none', 'as `ttl`, which wins'],
    default_in_memory_ttl: ['none', 'as `ttl`, which wins'],
    namespace: ['none', 'what keys of entries begin with'],
    mode: ['`default_on`', '`default_off`: only calls with `cache: {"use-cache": true}` are cached'],
    supported_call_types: [
      'all',
      'of `completion`, `text_completion`, `embedding`, `responses`, `anthropic_messages`, `generate_content`, `rerank`, with or without an `a` before it',
    ],
    similarity_threshold: ['0.9', 'cosine from which on two prompts ask the same'],
    semantic_cache_embedding_model: [
      'required of semantic types',
      'a model name of the file that makes vectors',
    ],
    redis_semantic_cache_embedding_model: ['none', 'as `semantic_cache_embedding_model`'],
    valkey_semantic_cache_embedding_model: ['none', 'as `semantic_cache_embedding_model`'],
    qdrant_semantic_cache_embedding_model: ['none', 'as `semantic_cache_embedding_model`'],
    verify_semantic_hits: [
      '`false`',
      "numbers, negations, names and quoted texts of both prompts must be the same (Tollgate's own)",
    ],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;

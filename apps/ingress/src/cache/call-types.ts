import type { CachedCallType } from '@tollgate/config';
import type { Dialect } from '@tollgate/contracts';

/** What LiteLLM calls a request of each dialect; of others nothing is cached: files, sound, counts, what nobody reads. */
const TYPES: Readonly<Partial<Record<Dialect, CachedCallType>>> = {
  'openai-chat': 'completion',
  'cohere-chat': 'completion',
  'ollama-chat': 'completion',
  'openai-completions': 'text_completion',
  'ollama-generate': 'text_completion',
  'openai-responses': 'responses',
  'anthropic-messages': 'anthropic_messages',
  'gemini-content': 'generate_content',
  'openai-embeddings': 'embedding',
  'gemini-embed': 'embedding',
  'gemini-batch-embed': 'embedding',
  'cohere-embed': 'embedding',
  'ollama-embed': 'embedding',
  'cohere-rerank': 'rerank',
  'jina-rerank': 'rerank',
  'voyage-rerank': 'rerank',
};

export const callTypeOf = (dialect: Dialect): CachedCallType | undefined => TYPES[dialect];

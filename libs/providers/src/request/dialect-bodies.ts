import type { Dialect } from '@tollgate/contracts';

/** Dialects that have the model in the path alone. */
const MODEL_IN_PATH: ReadonlySet<Dialect> = new Set([
  'gemini-content',
  'gemini-embed',
  'gemini-batch-embed',
  'gemini-count-tokens',
  'vertex-predict',
  'vertex-count-tokens',
  'bedrock-converse',
  'titan-embed',
  'bedrock-count-tokens',
]);

/** The request's body has a member `model`. */
export const namesModel = (dialect: Dialect): boolean => !MODEL_IN_PATH.has(dialect);

/** Dialects whose answers repeat what was asked, or have it in the form that was asked for; Gemini's show thoughts if asked to. */
const ANSWERS_BY_REQUEST: ReadonlySet<Dialect> = new Set([
  'openai-responses',
  'gemini-content',
  'openai-embeddings',
  'cohere-embed',
  'ollama-embed',
  'cohere-rerank',
  'jina-rerank',
]);

/** A caller's request is needed to write its answer. */
export const answersByRequest = (dialect: Dialect): boolean => ANSWERS_BY_REQUEST.has(dialect);

/** Where each dialect of chat bounds an answer; the first that is there counts, and the last is set where none is. */
const CAPS: Partial<Record<Dialect, readonly (readonly string[])[]>> = {
  'openai-chat': [['max_completion_tokens'], ['max_tokens']],
  'openai-responses': [['max_output_tokens']],
  'openai-completions': [['max_tokens']],
  'anthropic-messages': [['max_tokens']],
  'gemini-content': [['generationConfig', 'maxOutputTokens']],
  'bedrock-converse': [['inferenceConfig', 'maxTokens']],
  'cohere-chat': [['max_tokens']],
  'ollama-chat': [['options', 'num_predict']],
  'ollama-generate': [['options', 'num_predict']],
};

/** Paths of the members that bound an answer; empty: the dialect has none. */
export const capsOf = (dialect: Dialect): readonly (readonly string[])[] => CAPS[dialect] ?? [];

import { z } from 'zod';

/** What a caller wants done. Dialects of one task can be translated into each other. */
export const task = z.enum([
  'chat',
  'embedding',
  'rerank',
  'moderation',
  'image',
  'speech',
  'transcription',
  'token-count',
]);
export type Task = z.infer<typeof task>;

/** A dialect is the wire format of one endpoint: of its requests, its answers and its errors. */
export const dialect = z.enum([
  'openai-chat',
  'openai-responses',
  'openai-completions',
  'anthropic-messages',
  'gemini-content',
  'bedrock-converse',
  'cohere-chat',
  'ollama-chat',
  'ollama-generate',
  'openai-embeddings',
  'gemini-embed',
  'gemini-batch-embed',
  'cohere-embed',
  'ollama-embed',
  'voyage-embed',
  'jina-embed',
  'perplexity-embed',
  'cohere-rerank',
  'jina-rerank',
  'voyage-rerank',
  'openai-moderations',
  'mistral-moderations',
  'openai-images',
  'openai-image-edits',
  'openai-image-variations',
  'openai-speech',
  'openai-transcriptions',
  'openai-translations',
  'anthropic-count-tokens',
  'gemini-count-tokens',
]);
export type Dialect = z.infer<typeof dialect>;

export const TASK_OF: Readonly<Record<Dialect, Task>> = {
  'openai-chat': 'chat',
  'openai-responses': 'chat',
  'openai-completions': 'chat',
  'anthropic-messages': 'chat',
  'gemini-content': 'chat',
  'bedrock-converse': 'chat',
  'cohere-chat': 'chat',
  'ollama-chat': 'chat',
  'ollama-generate': 'chat',
  'openai-embeddings': 'embedding',
  'gemini-embed': 'embedding',
  'gemini-batch-embed': 'embedding',
  'cohere-embed': 'embedding',
  'ollama-embed': 'embedding',
  'voyage-embed': 'embedding',
  'jina-embed': 'embedding',
  'perplexity-embed': 'embedding',
  'cohere-rerank': 'rerank',
  'jina-rerank': 'rerank',
  'voyage-rerank': 'rerank',
  'openai-moderations': 'moderation',
  'mistral-moderations': 'moderation',
  'openai-images': 'image',
  'openai-image-edits': 'image',
  'openai-image-variations': 'image',
  'openai-speech': 'speech',
  'openai-transcriptions': 'transcription',
  'openai-translations': 'transcription',
  'anthropic-count-tokens': 'token-count',
  'gemini-count-tokens': 'token-count',
};

/** The dialect of a task that every other one is translated through; null: its dialects are passed on or not served. */
export const CANONICAL: Readonly<Record<Task, Dialect | null>> = {
  chat: 'openai-chat',
  embedding: 'openai-embeddings',
  rerank: 'cohere-rerank',
  moderation: 'openai-moderations',
  image: 'openai-images',
  speech: 'openai-speech',
  transcription: null,
  'token-count': 'anthropic-count-tokens',
};

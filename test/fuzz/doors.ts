import type { Dialect } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import { MODEL, requestOf } from './samples.js';

/** A way in, with a request that it takes. */
export interface DoorSample {
  readonly path: string;
  readonly dialect: Dialect;
  readonly body: Json;
  /** Files go with it. */
  readonly isForm: boolean;
}

const door = (path: string, dialect: Dialect, more: Json = {}): DoorSample => ({
  ...{ path, dialect, isForm: false },
  body: { ...requestOf(dialect), ...(path.includes('models/') ? {} : { model: MODEL }), ...more },
});

const form = (path: string, dialect: Dialect): DoorSample => ({
  ...{ path, dialect, isForm: true },
  body: { model: MODEL, prompt: 'A cat' },
});

const both = (path: string, dialect: Dialect): DoorSample[] => [
  door(path, dialect, { stream: false }),
  door(path, dialect, { stream: true }),
];

const gemini = (method: string, dialect: Dialect): DoorSample =>
  door(`/v1beta/models/${MODEL}:${method}`, dialect);

/** Every way in for a call of a model. */
export const DOORS: readonly DoorSample[] = [
  ...both('/v1/chat/completions', 'openai-chat'),
  ...both('/v1/completions', 'openai-completions'),
  ...both('/v1/responses', 'openai-responses'),
  ...both('/v1/messages', 'anthropic-messages'),
  ...both('/v2/chat', 'cohere-chat'),
  ...both('/api/chat', 'ollama-chat'),
  ...both('/api/generate', 'ollama-generate'),
  gemini('generateContent', 'gemini-content'),
  gemini('streamGenerateContent', 'gemini-content'),
  gemini('streamGenerateContent?alt=sse', 'gemini-content'),
  gemini('countTokens', 'gemini-count-tokens'),
  gemini('embedContent', 'gemini-embed'),
  gemini('batchEmbedContents', 'gemini-batch-embed'),
  door('/v1/messages/count_tokens', 'anthropic-count-tokens'),
  door('/v1/embeddings', 'openai-embeddings'),
  door('/v1/embeddings', 'openai-embeddings', { encoding_format: 'base64' }),
  door('/v2/embed', 'cohere-embed'),
  door('/api/embed', 'ollama-embed'),
  door('/v2/rerank', 'cohere-rerank'),
  door('/v1/moderations', 'openai-moderations'),
  door('/v1/images/generations', 'openai-images'),
  door('/v1/audio/speech', 'openai-speech'),
  door('/utils/token_counter', 'openai-chat'),
  door('/api/show', 'ollama-chat'),
  form('/v1/images/edits', 'openai-image-edits'),
  form('/v1/images/variations', 'openai-image-variations'),
  form('/v1/audio/transcriptions', 'openai-transcriptions'),
  form('/v1/audio/translations', 'openai-translations'),
  ...both('/openai/v1/chat/completions', 'openai-chat'),
  door('/anthropic/v1/messages/batches', 'anthropic-messages'),
  door(`/gemini/v1beta/models/${MODEL}:generateContent`, 'gemini-content'),
  door('/bedrock/model/a.b/converse', 'bedrock-converse'),
  ...both('/cohere/v2/chat', 'cohere-chat'),
  door('/v1/files', 'openai-chat'),
];

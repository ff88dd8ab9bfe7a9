import type { AnswerOptions, BackOptions, Codec, FrontOptions } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { listAt, stringAt, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { factsOfOllama } from '../ollama/ollama-to-chat.js';
import { firstCount, fieldOf } from '../usage/count.js';
import { embeddingAnswer } from './embedding-answer.js';
import { cutsOf, ownFieldsOf, textsOf } from './embedding-request.js';
import { vectorsOf } from './vectors.js';

/** Ollama's `/api/embed`; the older `/api/embeddings`, which has a prompt and one vector, is understood too. */
export const ollamaEmbed: Codec = {
  dialect: 'ollama-embed',
  front: { toCanonical: fromOllama, fromCanonical: toOllamaAnswer },
  back: { fromCanonical: toOllama, toCanonical: fromOllamaAnswer, facts: factsOfOllama },
};

function toOllama(request: Json, { model }: BackOptions): TranslatedRequest {
  const body: Json = {
    ...ownFieldsOf(request),
    model,
    input: textsOf(request, 'Ollama'),
    ...present({
      truncate: cutsOf(request),
      dimensions: request['dimensions'] ?? undefined,
    }),
  };
  return { body, dropped: [] };
}

function fromOllamaAnswer(answer: Json, options: AnswerOptions): Json {
  const vectors =
    answer['embeddings'] ?? (answer['embedding'] === undefined ? undefined : [answer['embedding']]);
  return embeddingAnswer(listAt(vectors, 'embeddings', 'answer'), factsOfOllama(answer).usage, options);
}

/** `keep_alive` and `options` steer Ollama's own memory and model; a text that is too long is the provider's to judge. */
function fromOllama(request: Json, { model }: FrontOptions): Json {
  const { input, prompt, dimensions } = request;
  return {
    model,
    input: input ?? stringAt(prompt, 'input', 'request'),
    ...present({ dimensions: dimensions ?? undefined }),
  };
}

function toOllamaAnswer(answer: Json, { model, request }: AnswerOptions): Json {
  const vectors = vectorsOf(answer, 'float');
  const isOld = request['prompt'] !== undefined && request['input'] === undefined;
  if (isOld) return { embedding: vectors[0] ?? [] };
  const tokens = firstCount(fieldOf(answer['usage'], 'prompt_tokens'));
  return { model, embeddings: vectors, total_duration: 0, load_duration: 0, prompt_eval_count: tokens };
}

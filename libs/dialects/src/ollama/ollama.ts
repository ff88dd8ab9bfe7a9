import type { Codec } from '../codec/codec.js';
import { chatToOllamaAnswer, type Endpoint } from './chat-to-ollama-answer.js';
import { chatToOllama } from './chat-to-ollama.js';
import { OllamaDecoder } from './ollama-decoder.js';
import { OllamaEncoder } from './ollama-encoder.js';
import { chatToGenerate, generateToRequest } from './ollama-generate-request.js';
import { factsOfOllama, ollamaToChat } from './ollama-to-chat.js';
import { ollamaToRequest } from './ollama-to-request.js';

/** Ollama's `/api/chat`. */
export const ollamaChat: Codec = {
  dialect: 'ollama-chat',
  front: { toCanonical: ollamaToRequest, ...answersOf('chat') },
  back: { fromCanonical: chatToOllama, ...readers() },
};

/** Ollama's `/api/generate`. */
export const ollamaGenerate: Codec = {
  dialect: 'ollama-generate',
  front: { toCanonical: generateToRequest, ...answersOf('generate') },
  back: { fromCanonical: chatToGenerate, ...readers() },
};

function answersOf(endpoint: Endpoint): Omit<NonNullable<Codec['front']>, 'toCanonical'> {
  return {
    fromCanonical: (answer, options) => chatToOllamaAnswer(answer, options, endpoint),
    stream: (options) => new OllamaEncoder(options, endpoint),
  };
}

function readers(): Omit<NonNullable<Codec['back']>, 'fromCanonical'> {
  return {
    toCanonical: ollamaToChat,
    facts: factsOfOllama,
    stream: (options) => new OllamaDecoder(options),
  };
}

import type { Codec } from '../codec/codec.js';
import { chatToCohereAnswer } from './chat-to-cohere-answer.js';
import { chatToCohere } from './chat-to-cohere.js';
import { CohereDecoder } from './cohere-decoder.js';
import { CohereEncoder } from './cohere-encoder.js';
import { cohereToChat, factsOfCohere } from './cohere-to-chat.js';
import { cohereToRequest } from './cohere-to-request.js';

/** Cohere's chat of its v2 API. */
export const cohereChat: Codec = {
  dialect: 'cohere-chat',
  front: {
    toCanonical: (request, { model }) => cohereToRequest(request, model),
    fromCanonical: chatToCohereAnswer,
    stream: () => new CohereEncoder(),
  },
  back: {
    fromCanonical: chatToCohere,
    toCanonical: cohereToChat,
    facts: factsOfCohere,
    stream: (options) => new CohereDecoder(options),
  },
};

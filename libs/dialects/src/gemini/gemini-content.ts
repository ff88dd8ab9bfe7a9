import type { Codec } from '../codec/codec.js';
import { chatToContent } from './back/chat-to-content.js';
import { ContentDecoder } from './back/content-decoder.js';
import { contentToChat } from './back/content-to-chat.js';
import { factsOfContent } from './back/answer-facts.js';
import { chatToContentAnswer } from './front/chat-to-content-answer.js';
import { ContentEncoder } from './front/content-encoder.js';
import { contentToChatRequest } from './front/content-to-chat-request.js';

/** Gemini's `generateContent` and `streamGenerateContent`. */
export const geminiContent: Codec = {
  dialect: 'gemini-content',
  front: {
    toCanonical: contentToChatRequest,
    fromCanonical: chatToContentAnswer,
    stream: (options) => new ContentEncoder(options),
  },
  back: {
    fromCanonical: chatToContent,
    toCanonical: contentToChat,
    facts: factsOfContent,
    stream: (options) => new ContentDecoder(options),
  },
};

import type { Codec } from '../codec/codec.js';
import { chatToConverse } from './chat-to-converse.js';
import { ConverseChatStream } from './converse-chat-stream.js';
import { converseToChat, factsOfConverse } from './converse-to-chat.js';
import { chatToAnswer } from './front/chat-to-answer.js';
import { ConverseEncoder } from './front/converse-encoder.js';
import { converseToRequest } from './front/converse-to-request.js';

/** Amazon Bedrock's Converse. */
export const bedrockConverse: Codec = {
  dialect: 'bedrock-converse',
  front: {
    toCanonical: converseToRequest,
    fromCanonical: chatToAnswer,
    stream: (options) => new ConverseEncoder(options),
  },
  back: {
    fromCanonical: chatToConverse,
    toCanonical: converseToChat,
    facts: factsOfConverse,
    stream: (options) => new ConverseChatStream(options),
  },
};

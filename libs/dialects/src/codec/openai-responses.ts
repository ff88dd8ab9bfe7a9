import { chatToResponse } from '../responses/from-chat/chat-to-response.js';
import { ChatToResponseStream } from '../responses/from-chat/chat-to-response-stream.js';
import { chatToResponsesRequest } from '../responses/from-chat/chat-to-request.js';
import { responsesToChat } from '../responses/to-chat/request-to-chat.js';
import { factsOfResponse, responseToChat } from '../responses/to-chat/response-to-chat.js';
import { ResponseToChatStream } from '../responses/to-chat/response-to-chat-stream.js';
import type { Codec } from './codec.js';

/** OpenAI's Responses. */
export const openAiResponses: Codec = {
  dialect: 'openai-responses',
  front: {
    toCanonical: responsesToChat,
    fromCanonical: chatToResponse,
    stream: (options) => new ChatToResponseStream(options),
  },
  back: {
    fromCanonical: chatToResponsesRequest,
    toCanonical: responseToChat,
    facts: factsOfResponse,
    stream: (options) => new ResponseToChatStream(options),
  },
};

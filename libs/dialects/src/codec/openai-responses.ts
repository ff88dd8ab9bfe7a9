import { NO_USAGE } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { chatToResponse } from '../responses/from-chat/chat-to-response.js';
import { ChatToResponseStream } from '../responses/from-chat/chat-to-response-stream.js';
import { chatToResponsesRequest } from '../responses/from-chat/chat-to-request.js';
import { responsesToChat } from '../responses/to-chat/request-to-chat.js';
import { factsOfResponse, responseToChat } from '../responses/to-chat/response-to-chat.js';
import { ResponseToChatStream } from '../responses/to-chat/response-to-chat-stream.js';
import { isResponseUnderWay } from '../responses/response-status.js';
import type { AnswerFacts, Codec } from './codec.js';

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
    facts: factsOfWhole,
    stream: (options) => new ResponseToChatStream(options),
  },
};

/** One that goes on in the background has cost nothing yet: what it costs is told when it has ended. */
function factsOfWhole(response: Json): AnswerFacts {
  const facts = factsOfResponse(response);
  return isResponseUnderWay(response) && facts.usage === null ? { ...facts, usage: NO_USAGE } : facts;
}

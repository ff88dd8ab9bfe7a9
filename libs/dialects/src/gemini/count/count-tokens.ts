import type { Back, BackOptions, Codec, FrontOptions } from '../../codec/codec.js';
import { NO_FACTS } from '../../codec/no-facts.js';
import { isObject, optionalNumber, wrongType, type Json } from '../../json/json.js';
import { chatToMessages } from '../../to-anthropic/chat-to-messages.js';
import { messagesToChat } from '../../to-openai/messages-to-chat.js';
import { chatToContent } from '../back/chat-to-content.js';
import { fieldAt } from '../fields.js';
import { errorOfGoogle } from '../google-error.js';
import { contentToChatRequest } from '../front/content-to-chat-request.js';

/** What an answer is bounded by or held to does not count. */
const COUNTED = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking'];

/** Anthropic's `count_tokens`: the canonical form of counts, a request for messages that is not answered. */
export const anthropicCountTokens: Codec = {
  dialect: 'anthropic-count-tokens',
  front: { toCanonical: (request) => request, fromCanonical: (answer) => answer },
  back: {
    fromCanonical: (request) => ({ body: request, dropped: [] }),
    toCanonical: (answer) => answer,
    facts: () => NO_FACTS,
  },
};

/** Gemini's `countTokens`, of contents or of a whole request. */
export const geminiCountTokens: Codec = {
  dialect: 'gemini-count-tokens',
  front: { toCanonical: fromGemini, fromCanonical: (answer) => ({ totalTokens: answer['input_tokens'] }) },
  back: counting((body, { model }) => ({ generateContentRequest: { model: `models/${model}`, ...body } })),
};

/** Vertex's, whose body is the request itself. */
export const vertexCountTokens: Codec = {
  dialect: 'vertex-count-tokens',
  back: counting((body) => body),
};

function counting(bodyOf: (content: Json, options: BackOptions) => Json): Back {
  return {
    fromCanonical: (request, options) => {
      const { body, dropped } = chatToContent(messagesToChat({ ...request, model: options.model }), options);
      const { generationConfig: _bounds, ...content } = body;
      return { body: bodyOf(content, options), dropped };
    },
    toCanonical: (answer) => {
      const error = errorOfGoogle(answer);
      if (error !== null) throw error;
      // NOTE a count of nothing is left out, as all zeros of Google's are.
      return { input_tokens: optionalNumber(answer['totalTokens'], 'totalTokens', 'answer') ?? 0 };
    },
    facts: () => NO_FACTS,
  };
}

function fromGemini(request: Json, options: FrontOptions): Json {
  const whole = fieldAt(request, 'generateContentRequest') ?? request;
  if (!isObject(whole)) throw wrongType('request', 'generateContentRequest', 'an object');
  const chat = contentToChatRequest(whole, { ...options, dropParams: true });
  const { body } = chatToMessages(chat, { defaultMaxTokens: 1, dropParams: true });
  return Object.fromEntries(Object.entries(body).filter(([name]) => COUNTED.includes(name)));
}

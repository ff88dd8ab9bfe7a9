import type { Json } from '../json/json.js';
import { encodeSse } from '../sse/encode-sse.js';
import { ChatToMessageStream } from '../to-anthropic/chat-to-message-stream.js';
import { chatToMessage } from '../to-anthropic/chat-to-message.js';
import { chatToMessages } from '../to-anthropic/chat-to-messages.js';
import { MessageToChatStream } from '../to-openai/message-to-chat-stream.js';
import { messageToChat } from '../to-openai/message-to-chat.js';
import { messagesToChat } from '../to-openai/messages-to-chat.js';
import { messageTierOf, usageOfMessage } from '../usage/message-usage.js';
import type { AnswerFacts, AnswerOptions, BackOptions, Codec, StreamEncoder } from './codec.js';
import type { TranslatedRequest } from './translated-request.js';

/** Anthropic's messages. */
export const anthropicMessages: Codec = {
  dialect: 'anthropic-messages',
  front: {
    toCanonical: messagesToChat,
    fromCanonical: (answer, { model }) => ({ ...chatToMessage(answer), model }),
    stream: (options) => new MessageEncoder(options),
  },
  back: {
    fromCanonical: toMessages,
    toCanonical: messageToChat,
    facts: factsOf,
    stream: (options) => new MessageToChatStream(options),
  },
};

function toMessages({ metadata, ...request }: Json, options: BackOptions): TranslatedRequest {
  const { body, dropped } = chatToMessages({ ...request, model: options.model }, options);
  // Of OpenAI's free-form metadata Anthropic knows the user's id alone.
  const userId = (metadata as Json | null | undefined)?.['user_id'];
  const knowsUser = typeof userId === 'string' && body['metadata'] === undefined;
  return { body: { ...body, ...(knowsUser && { metadata: { user_id: userId } }) }, dropped };
}

function factsOf(answer: Json): AnswerFacts {
  const rawUsage = answer['usage'] ?? null;
  const { id } = answer;
  return {
    usage: usageOfMessage(rawUsage),
    rawUsage,
    serviceTier: messageTierOf(rawUsage),
    responseId: typeof id === 'string' && id !== '' ? id : null,
  };
}

/** Each of Anthropic's events is named by its type. */
class MessageEncoder implements StreamEncoder {
  private readonly translation: ChatToMessageStream;

  constructor({ model }: AnswerOptions) {
    this.translation = new ChatToMessageStream(model);
  }

  push(chunk: Json): Uint8Array | null {
    return encoded(this.translation.pushChunk(chunk));
  }

  end(): Uint8Array | null {
    return encoded(this.translation.endWhole());
  }
}

const encoded = (events: readonly Json[]): Uint8Array | null =>
  events.length === 0
    ? null
    : Buffer.concat(events.map((event) => encodeSse(JSON.stringify(event), String(event['type']))));

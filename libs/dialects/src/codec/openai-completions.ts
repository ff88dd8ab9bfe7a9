import {
  CompletionEncoder,
  chatToCompletion,
  chatToCompletionRequest,
} from '../completions/chat-to-completion.js';
import {
  CompletionStreamDecoder,
  completionToChat,
  completionToChatAnswer,
} from '../completions/completion-to-chat.js';
import type { Codec } from './codec.js';
import { factsOfChat } from './openai-chat.js';

/** OpenAI's completions of old. */
export const openAiCompletions: Codec = {
  dialect: 'openai-completions',
  front: {
    toCanonical: completionToChat,
    fromCanonical: chatToCompletion,
    stream: (options) => new CompletionEncoder(options),
  },
  back: {
    fromCanonical: chatToCompletionRequest,
    toCanonical: completionToChatAnswer,
    facts: factsOfChat,
    stream: (options) => new CompletionStreamDecoder(options),
  },
};

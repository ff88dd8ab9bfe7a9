import type { Dialect } from '@tollgate/contracts';
import { cohereChat } from '../cohere/cohere-chat.js';
import { ollamaChat, ollamaGenerate } from '../ollama/ollama.js';
import { anthropicMessages } from './anthropic-messages.js';
import type { Codec } from './codec.js';
import { openAiChat } from './openai-chat.js';
import { openAiResponses } from './openai-responses.js';

/** Every dialect that can be translated. One that is missing here is passed on as it is, to providers that speak it. */
const CODECS: ReadonlyMap<Dialect, Codec> = new Map(
  [openAiChat, openAiResponses, anthropicMessages, cohereChat, ollamaChat, ollamaGenerate].map((codec) => [
    codec.dialect,
    codec,
  ]),
);

export const codecOf = (dialect: Dialect): Codec | undefined => CODECS.get(dialect);

import type { ServiceTier, Usage } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { encodeSse } from '../sse/encode-sse.js';
import { DONE, parseEvent } from '../sse/parse-event.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { errorOfChatChunk } from '../upstream-error.js';
import { usageOfChat } from '../usage/chat-usage.js';
import { serviceTierOf } from '../usage/service-tier.js';
import type { AnswerFacts, Codec, StreamDecoder } from './codec.js';

const DONE_EVENT = encodeSse(DONE);

/** OpenAI's chat completions: the canonical form of chat, so that there is nothing to translate. */
export const openAiChat: Codec = {
  dialect: 'openai-chat',
  front: {
    toCanonical: (request) => request,
    fromCanonical: (answer, { model }) => ({ ...answer, model }),
    stream: ({ model }) => ({
      push: (chunk) => encodeSse(JSON.stringify(chunk['model'] === model ? chunk : { ...chunk, model })),
      end: () => DONE_EVENT,
    }),
  },
  back: {
    fromCanonical: (request) => ({ body: request, dropped: [] }),
    toCanonical: (answer) => answer,
    facts: factsOfChat,
    stream: () => new ChatStreamDecoder(),
  },
};

/** What the bill needs of an OpenAI-shaped answer. */
export function factsOfChat(answer: Json): AnswerFacts {
  const rawUsage = answer['usage'] ?? null;
  const { id } = answer;
  return {
    usage: usageOfChat(rawUsage),
    rawUsage,
    serviceTier: serviceTierOf(answer['service_tier']),
    responseId: typeof id === 'string' && id !== '' ? id : null,
  };
}

/** Chunks as they come; what they tell is kept in mind. */
export class ChatStreamDecoder implements StreamDecoder {
  usage: Usage | null = null;
  rawUsage: unknown = null;
  serviceTier: ServiceTier | null = null;
  responseId: string | null = null;
  started = false;
  finished = false;
  done = false;

  push(event: SseEvent): Json[] {
    if (event.data === DONE) {
      this.done = true;
      return [];
    }
    const chunk = parseEvent(event);
    if (chunk === null) return [];
    const error = errorOfChatChunk(chunk);
    if (error !== null) throw error;
    this.started = true;
    this.read(chunk);
    return [chunk];
  }

  private read(chunk: Json): void {
    this.responseId ??= typeof chunk['id'] === 'string' && chunk['id'] !== '' ? chunk['id'] : null;
    // The first chunks may tell what was asked for (`auto`), the last what was given.
    if (chunk['service_tier'] !== undefined) this.serviceTier = serviceTierOf(chunk['service_tier']);
    // NOTE Groq sends usage under x_groq too, when it was not asked for it.
    const raw = chunk['usage'] ?? (isObject(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined);
    const usage = isObject(raw) ? usageOfChat(raw) : null;
    if (usage !== null) {
      this.usage = usage;
      this.rawUsage = raw;
    }
    const choices: unknown = chunk['choices'];
    // NOTE some providers send an empty reason with every chunk.
    if (Array.isArray(choices) && choices.some((choice) => isObject(choice) && hasReason(choice)))
      this.finished = true;
  }
}

const hasReason = ({ finish_reason: reason }: Json): boolean => typeof reason === 'string' && reason !== '';

import type { Dialect } from '@tollgate/contracts';
import {
  chatToMessage,
  messageToChat,
  serviceTierOf,
  usageOfChat,
  usageOfMessage,
  type Json,
} from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import { deltaCharacters } from './chat-observer.js';
import { messageTierOf } from './message-observer.js';
import type { Progress } from './observer.js';
import { isJson, parsePayload } from './parse-payload.js';
import { modelStamp } from './restamp.js';

export interface JsonAnswer {
  /** The client's body. */
  readonly data: Uint8Array;
  readonly progress: Progress;
}

export interface JsonAnswerOptions {
  readonly from: Dialect;
  readonly to: Dialect;
  /** The model name that the client asked for. */
  readonly model: string;
  readonly source: ErrorSource;
}

/** Reads a provider's whole answer and puts it in the client's words. Throws a GatewayError when it is none. */
export function jsonAnswer(body: Buffer, { from, to, model, source }: JsonAnswerOptions): JsonAnswer {
  const answer = parsePayload(body.toString(), source);
  const progress = from === 'openai-chat' ? chatProgress(answer) : messageProgress(answer);
  return { data: from === to ? stamped(body, answer, model) : translated(answer, to, model), progress };
}

const stamped = (body: Buffer, answer: Json, model: string): Uint8Array =>
  answer['model'] === undefined || answer['model'] === model ? body : modelStamp(model)(body);

function translated(answer: Json, to: Dialect, model: string): Uint8Array {
  const created = Math.floor(Date.now() / 1000);
  const whole =
    to === 'openai-chat' ? messageToChat(answer, { model, created }) : { ...chatToMessage(answer), model };
  return Buffer.from(JSON.stringify(whole));
}

const idOf = ({ id }: Json): string | null => (typeof id === 'string' && id !== '' ? id : null);

function chatProgress(answer: Json): Progress {
  const choices = Array.isArray(answer['choices']) ? answer['choices'] : [];
  let characters = 0;
  for (const choice of choices) {
    if (isJson(choice) && isJson(choice['message'])) characters += deltaCharacters(choice['message']);
  }
  const rawUsage = answer['usage'] ?? null;
  const serviceTier = serviceTierOf(answer['service_tier']);
  return {
    usage: usageOfChat(rawUsage),
    rawUsage,
    serviceTier,
    characters,
    responseId: idOf(answer),
    finished: true,
  };
}

function messageProgress(answer: Json): Progress {
  const content = Array.isArray(answer['content']) ? answer['content'] : [];
  let characters = 0;
  for (const block of content) {
    if (!isJson(block)) continue;
    for (const text of [block['text'], block['thinking']]) {
      if (typeof text === 'string') characters += text.length;
    }
    if (isJson(block['input'])) characters += JSON.stringify(block['input']).length;
  }
  const rawUsage = answer['usage'] ?? null;
  return {
    usage: usageOfMessage(rawUsage),
    rawUsage,
    serviceTier: messageTierOf(rawUsage),
    characters,
    responseId: idOf(answer),
    finished: true,
  };
}

import type { ServiceTier, Usage } from '@tollgate/contracts';
import { serviceTierOf, usageOfChat, type Json, type SseEvent } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import type { StreamObserver } from './observer.js';
import { isJson, parsePayload } from './parse-payload.js';

/** Follows a stream of chat completion chunks. */
export class ChatObserver implements StreamObserver {
  usage: Usage | null = null;
  rawUsage: unknown = null;
  serviceTier: ServiceTier | null = null;
  characters = 0;
  responseId: string | null = null;
  started = false;
  finished = false;
  done = false;

  constructor(private readonly source: ErrorSource) {}

  observe({ data }: SseEvent): Json | null {
    if (data === '') return null;
    if (data === '[DONE]') {
      this.done = true;
      return null;
    }
    const chunk = parsePayload(data, this.source);
    this.started = true;
    this.responseId ??= typeof chunk['id'] === 'string' && chunk['id'] !== '' ? chunk['id'] : null;
    // The first chunks may tell what was asked for (`auto`), the last what was given.
    if (chunk['service_tier'] !== undefined) this.serviceTier = serviceTierOf(chunk['service_tier']);
    this.readUsage(chunk);
    const choices = chunk['choices'];
    if (Array.isArray(choices)) for (const choice of choices) this.readChoice(choice);
    return chunk;
  }

  private readUsage(chunk: Json): void {
    // NOTE Groq sends usage under x_groq too, when it was not asked for it.
    const vendor = chunk['x_groq'];
    const raw = chunk['usage'] ?? (isJson(vendor) ? vendor['usage'] : undefined);
    if (!isJson(raw)) return;
    const usage = usageOfChat(raw);
    if (usage === null) return;
    this.usage = usage;
    this.rawUsage = raw;
  }

  private readChoice(choice: unknown): void {
    if (!isJson(choice)) return;
    // NOTE some providers send an empty reason with every chunk.
    const reason = choice['finish_reason'];
    if (typeof reason === 'string' && reason !== '') this.finished = true;
    if (isJson(choice['delta'])) this.characters += deltaCharacters(choice['delta']);
  }
}

const TEXT_FIELDS = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const;

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

/** Generated characters of a delta, or of a whole message. */
export function deltaCharacters(delta: Json): number {
  let characters = 0;
  for (const field of TEXT_FIELDS) characters += lengthOf(delta[field]);
  const calls = delta['tool_calls'];
  if (!Array.isArray(calls)) return characters;
  for (const call of calls) {
    const target: unknown = isJson(call) ? call['function'] : undefined;
    if (isJson(target)) characters += lengthOf(target['arguments']);
  }
  return characters;
}

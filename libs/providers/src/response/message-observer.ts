import type { ServiceTier, Usage } from '@tollgate/contracts';
import { messageTierOf, usageOfMessage, type Json, type SseEvent } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';
import type { StreamObserver } from './observer.js';
import { isJson, parsePayload } from './parse-payload.js';

/** Follows a stream of Anthropic message events. */
export class MessageObserver implements StreamObserver {
  rawUsage: Json | null = null;
  characters = 0;
  responseId: string | null = null;
  started = false;
  done = false;

  constructor(private readonly source: ErrorSource) {}

  get finished(): boolean {
    return this.done;
  }

  /** NOTE of an unfinished stream only the input is true: message_start counts an output of a token or so. */
  get usage(): Usage | null {
    return usageOfMessage(this.rawUsage);
  }

  get serviceTier(): ServiceTier | null {
    return messageTierOf(this.rawUsage);
  }

  observe({ data }: SseEvent): Json | null {
    if (data === '') return null;
    const event = parsePayload(data, this.source);
    const type = event['type'];
    if (type === 'message_start') this.readStart(event['message']);
    else if (type === 'content_block_start') this.readText(event['content_block']);
    else if (type === 'content_block_delta') this.readText(event['delta']);
    else if (type === 'message_delta') this.mergeUsage(event['usage']);
    else if (type === 'message_stop') this.done = true;
    if (type !== 'ping') this.started = true;
    return event;
  }

  private readStart(message: unknown): void {
    if (!isJson(message)) return;
    if (typeof message['id'] === 'string') this.responseId = message['id'];
    this.mergeUsage(message['usage']);
  }

  /** Later counts are totals, and leave out what has not changed. */
  private mergeUsage(usage: unknown): void {
    if (!isJson(usage)) return;
    const known = Object.entries(usage).filter(([, value]) => value !== null);
    this.rawUsage = { ...this.rawUsage, ...Object.fromEntries(known) };
  }

  private readText(part: unknown): void {
    if (!isJson(part)) return;
    for (const field of ['text', 'thinking', 'partial_json'] as const) {
      const text = part[field];
      if (typeof text === 'string') this.characters += text.length;
    }
  }
}

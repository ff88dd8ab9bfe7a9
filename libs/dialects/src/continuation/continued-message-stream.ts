import { NO_USAGE, type PartialAnswer } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { continuedUsage } from '../usage/continued-usage.js';
import { messageUsageOf, usageOfMessage } from '../usage/message-usage.js';
import type { Seam } from './seam.js';
import { isThinking } from './served-message.js';

/** Turns the events of an Anthropic answer that goes on into those of the stream whose beginning the client has. */
export class ContinuedMessageStream {
  /** The block that the client has open, as long as none of this answer's has taken its place. */
  private waiting: number | undefined;
  private nextIndex: number;
  /** The client's index of each block of this answer; null: it does not get that one. */
  private readonly indexes = new Map<unknown, number | null>();

  constructor(
    private readonly partial: PartialAnswer,
    private readonly seam: Seam,
  ) {
    this.waiting = partial.openBlock;
    this.nextIndex = partial.openBlock === undefined ? 0 : partial.openBlock + 1;
  }

  /** The client's events, often none. */
  push(event: Json): Json[] {
    switch (event['type']) {
      case 'message_start':
        return [];
      case 'content_block_start':
        return this.start(event);
      case 'content_block_delta':
        return this.delta(event);
      case 'content_block_stop':
        return this.indexed(event);
      case 'message_delta':
        return [...this.closeWaiting(), this.end(event)];
      case 'message_stop':
        return [...this.closeWaiting(), event];
      default:
        return [event];
    }
  }

  private start(event: Json): Json[] {
    const block = isObject(event['content_block']) ? event['content_block'] : {};
    if (this.waiting === undefined) return this.open(event);
    if (isThinking(block['type'])) {
      // Thoughts in the middle of the text would not have come from one answer.
      this.indexes.set(event['index'], null);
      return [];
    }
    if (block['type'] !== 'text') return [...this.closeWaiting(), ...this.open(event)];
    const index = this.waiting;
    this.waiting = undefined;
    this.indexes.set(event['index'], index);
    const text = typeof block['text'] === 'string' ? this.seam.push(block['text']) : '';
    return text === '' ? [] : [{ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }];
  }

  private open(event: Json): Json[] {
    const index = this.nextIndex;
    this.nextIndex += 1;
    this.indexes.set(event['index'], index);
    return [{ ...event, index }];
  }

  private delta(event: Json): Json[] {
    const { delta } = event;
    if (!isObject(delta) || delta['type'] !== 'text_delta' || typeof delta['text'] !== 'string')
      return this.indexed(event);
    const text = this.seam.push(delta['text']);
    return text === '' ? [] : this.indexed({ ...event, delta: { ...delta, text } });
  }

  private indexed(event: Json): Json[] {
    const index = this.indexes.get(event['index']);
    return typeof index === 'number' ? [{ ...event, index }] : [];
  }

  private closeWaiting(): Json[] {
    const index = this.waiting;
    this.waiting = undefined;
    return index === undefined ? [] : [{ type: 'content_block_stop', index }];
  }

  /** Of the counts of the prompt only those are corrected that the event tells. */
  private end(event: Json): Json {
    const raw = isObject(event['usage']) ? event['usage'] : {};
    const told = messageUsageOf(continuedUsage(this.partial.usage, usageOfMessage(raw) ?? NO_USAGE));
    const usage: Json = { ...raw };
    for (const name in told) if (name === 'output_tokens' || name in raw) usage[name] = told[name];
    return { ...event, usage };
  }
}

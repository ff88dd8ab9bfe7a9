import type { PartialAnswer } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { PlainText, type ServedAnswer, type ServedText } from './served-answer.js';

/** Follows a stream of Anthropic's message events. */
export class ServedMessage implements ServedText {
  private readonly text: PlainText;
  private responseId: string | null;
  private readonly created: number;
  /** Index of the text block that is open. */
  private openBlock: number | undefined;
  private isBegun: boolean;
  private hasBlocks: boolean;
  private isFinished = false;

  /** `partial`: what the client had before the stream. `now`: seconds since 1970, which this dialect does not tell. */
  constructor(partial: PartialAnswer | undefined, now: number) {
    this.text = new PlainText(partial?.text);
    this.responseId = partial?.responseId ?? null;
    this.created = partial?.created ?? now;
    this.openBlock = partial?.openBlock;
    this.isBegun = partial !== undefined;
    this.hasBlocks = this.openBlock !== undefined;
  }

  observe(event: Json): void {
    switch (event['type']) {
      case 'message_start':
        this.isBegun = true;
        if (isObject(event['message']) && typeof event['message']['id'] === 'string')
          this.responseId ??= event['message']['id'];
        break;
      case 'content_block_start':
        this.startBlock(event);
        break;
      case 'content_block_delta':
        this.readDelta(event['delta']);
        break;
      case 'content_block_stop':
        this.openBlock = undefined;
        break;
      case 'message_delta':
      case 'message_stop':
        this.isFinished = true;
        break;
    }
  }

  served(): ServedAnswer | null {
    const { openBlock, responseId, created } = this;
    const text = this.text.value;
    if (text === null || !this.isBegun || this.isFinished) return null;
    // Between two blocks nobody knows what would come next.
    if (openBlock === undefined && this.hasBlocks) return null;
    return { text, responseId, created, ...(openBlock !== undefined && { openBlock }) };
  }

  private startBlock({ index, content_block: block }: Json): void {
    this.hasBlocks = true;
    const kind = isObject(block) ? block['type'] : undefined;
    if (isObject(block) && kind === 'text' && typeof index === 'number') {
      this.openBlock = index;
      if (typeof block['text'] === 'string') this.text.append(block['text']);
    } else if (!isThinking(kind)) this.text.spoil();
  }

  private readDelta(delta: unknown): void {
    if (!isObject(delta)) return;
    const { type, text } = delta;
    if (type === 'text_delta' && typeof text === 'string') this.text.append(text);
    else if (type !== 'thinking_delta' && type !== 'signature_delta') this.text.spoil();
  }
}

/** A kind of content block that holds thoughts. */
export const isThinking = (kind: unknown): boolean => kind === 'thinking' || kind === 'redacted_thinking';

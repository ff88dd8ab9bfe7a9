import type { Json } from '../../json/json.js';
import { reasoningItem } from './response-items.js';
import type { Emit } from './emit.js';

/** The events of a reasoning item: its text as one part of a summary. */
export class StreamedReasoning {
  private text = '';

  constructor(
    private readonly emit: Emit,
    private readonly id: string,
    private readonly place: number,
  ) {
    emit('response.output_item.added', { output_index: place, item: reasoningItem(id, {}) });
  }

  append(delta: string): void {
    if (this.text === '') {
      this.emit('response.reasoning_summary_part.added', { ...this.at(), part: summaryPart('') });
    }
    this.text += delta;
    this.emit('response.reasoning_summary_text.delta', { ...this.at(), delta });
  }

  /** The whole item. `block`: what of its thinking block is no text, its signature or what is redacted. */
  close(block: Json): Json {
    const { text } = this;
    if (text !== '') {
      this.emit('response.reasoning_summary_text.done', { ...this.at(), text });
      this.emit('response.reasoning_summary_part.done', { ...this.at(), part: summaryPart(text) });
    }
    const item = reasoningItem(this.id, { type: 'thinking', ...block, thinking: text });
    this.emit('response.output_item.done', { output_index: this.place, item });
    return item;
  }

  private at(): Json {
    return { item_id: this.id, output_index: this.place, summary_index: 0 };
  }
}

const summaryPart = (text: string): Json => ({ type: 'summary_text', text });

import { isObject, type Json } from '../../json/json.js';
import { PART_SEPARATOR, thinkingBlockOf } from '../reasoning.js';
import { SentTexts } from './sent-texts.js';

/** Chat deltas of reasoning items: of each a thinking block, whose signature comes with the item's end. */
export class ReasoningDeltas {
  private readonly sent = new SentTexts();
  private item: unknown = null;

  /** `part` tells the parts of an item apart. */
  push(place: unknown, part: string, text: string): Json[] {
    if (text === '') return [];
    const key = `${String(place)} ${part}`;
    const isNewItem = this.item !== place;
    const isNewPart = !this.sent.has(key);
    const before = isNewPart && this.item !== null ? PART_SEPARATOR : '';
    this.item = place;
    this.sent.add(key, text);
    const block = { type: 'thinking', thinking: isNewItem ? text : `${before}${text}`, signature: '' };
    return [{ reasoning_content: `${before}${text}`, thinking_blocks: [block] }];
  }

  /** What the deltas of a whole item left out, and its signature. */
  stop(place: unknown, item: Json): Json[] {
    const block = thinkingBlockOf(item);
    if (block === null) return [];
    if (block['type'] === 'redacted_thinking') return [{ thinking_blocks: [block] }];
    const rest = ['summary', 'content'].flatMap((list) => this.restOf(place, list, item[list]));
    if (block['signature'] === '') return rest;
    return [...rest, { thinking_blocks: [{ ...block, thinking: '' }] }];
  }

  private restOf(place: unknown, list: string, parts: unknown): Json[] {
    if (!Array.isArray(parts)) return [];
    return parts.flatMap((part, index) => {
      const name = `${list} ${index}`;
      const whole = isObject(part) ? part['text'] : undefined;
      return this.push(place, name, this.sent.restOf(`${String(place)} ${name}`, whole));
    });
  }
}

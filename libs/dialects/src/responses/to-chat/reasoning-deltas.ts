import { isObject, wordOf, type Json } from '../../json/json.js';
import { PART_SEPARATOR, thinkingBlockOf } from '../reasoning.js';
import { SentTexts, partOf } from './sent-texts.js';

/** Chat deltas of reasoning items: of each a thinking block, whose signature comes with the item's end. */
export class ReasoningDeltas {
  private readonly sent = new SentTexts();
  private item: unknown = null;

  push(item: unknown, list: 'summary' | 'content', index: unknown, text: string): Json[] {
    return this.add(item, this.sent.partAt(`${wordOf(item)} ${list}`, index), text);
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

  private restOf(item: unknown, list: string, parts: unknown): Json[] {
    if (!Array.isArray(parts)) return [];
    return parts.flatMap((part, index) => {
      const key = partOf(`${wordOf(item)} ${list}`, index);
      return this.add(item, key, this.sent.restOf(key, isObject(part) ? part['text'] : undefined));
    });
  }

  private add(item: unknown, part: string, text: string): Json[] {
    if (text === '') return [];
    const before = this.item !== null && !this.sent.has(part) ? PART_SEPARATOR : '';
    const thinking = this.item === item ? `${before}${text}` : text;
    this.item = item;
    this.sent.add(part, text);
    const block = { type: 'thinking', thinking, signature: '' };
    return [{ reasoning_content: `${before}${text}`, thinking_blocks: [block] }];
  }
}

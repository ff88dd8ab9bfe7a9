import { wordOf } from '../../json/json.js';
/** What has been sent of each part of a streamed answer, so that an item's end can tell what is missing. */
export class SentTexts {
  private readonly texts = new Map<string, string>();
  private readonly indexes = new Map<unknown, unknown[]>();

  /**
   * The key of a part by the index that an event has for it.
   * NOTE vLLM counts on from the item before: what counts is the order in which the parts of an item come.
   */
  partAt(item: unknown, index: unknown): string {
    const known = this.indexes.get(item) ?? [];
    this.indexes.set(item, known);
    if (!known.includes(index)) known.push(index);
    return partOf(item, known.indexOf(index));
  }

  has(part: string): boolean {
    return this.texts.has(part);
  }

  add(part: string, text: string): void {
    this.texts.set(part, `${this.texts.get(part) ?? ''}${text}`);
  }

  /** The rest of a part. Nothing where the whole is another text than was sent: it is too late to take that back. */
  restOf(part: string, whole: unknown): string {
    const sent = this.texts.get(part) ?? '';
    return typeof whole === 'string' && whole.startsWith(sent) ? whole.slice(sent.length) : '';
  }
}

/** The key of an item's part by its place in the whole item. */
export const partOf = (item: unknown, place: number): string => `${wordOf(item)} ${place}`;

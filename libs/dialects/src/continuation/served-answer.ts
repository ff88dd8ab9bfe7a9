import type { PartialAnswer } from '@tollgate/contracts';
import type { Json } from '../json/json.js';

/** What the client of a stream has, as far as another attempt can go on from it. */
export type ServedAnswer = Omit<PartialAnswer, 'usage'>;

/** Follows the events of a stream as its client gets them. */
export interface ServedText {
  observe(payload: Json): void;
  /** null: what the client has is more than text, or whole, or too long. */
  served(): ServedAnswer | null;
}

/** Characters that are kept of an answer: three bytes each at most, they fit into one message of the bus. */
const MAX_CHARACTERS = 256 * 1024;

/** The text so far; nothing once anything but text has come. */
export class PlainText {
  private isPlain = true;

  constructor(private text = '') {}

  /** null: there was something else. */
  get value(): string | null {
    return this.isPlain ? this.text : null;
  }

  append(text: string): void {
    if (!this.isPlain) return;
    this.text += text;
    if (this.text.length > MAX_CHARACTERS) this.spoil();
  }

  /** Something came that is no text. */
  spoil(): void {
    this.isPlain = false;
    this.text = '';
  }
}

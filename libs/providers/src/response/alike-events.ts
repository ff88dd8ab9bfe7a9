import { ownCopy } from './own-copy.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const SPACE = 0x20;
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));
/** Learning is given up when this many events in a row were unlike what was learned: it costs more than it saves. */
const MAX_MISSES = 8;
/** NOTE OpenAI pads its events with a text of random length. */
const PADDING = '"obfuscation":';

/**
 * Recognises events of a stream that differ from an earlier one in their text alone (nearly all do), so that nobody need parse
 * them: what was found in the earlier one, the text aside, holds for them too.
 */
export class AlikeEvents {
  /** UTF-16 units of the text of the event that was found last. */
  characters = 0;
  /** The learned event's bytes around its text, and around its padding. */
  private parts: readonly Buffer[] = [];
  private misses = 0;

  /** `key`: the member that holds the text, quotes and colon included. */
  constructor(private readonly key: string) {}

  /** Learns an event whose only news is its text; false when there is nothing to be learned from it. */
  learn(bytes: Uint8Array, text: string): boolean {
    if (this.misses >= MAX_MISSES) return false;
    this.misses += 1;
    const raw = ownCopy(bytes);
    const hole = textAfter(raw, this.key);
    if (hole === null || JSON.parse(`"${raw.toString('utf8', hole.from, hole.to)}"`) !== text) return false;
    const padding = textAfter(raw, PADDING);
    const [before, after] = [raw.subarray(0, hole.from), raw.subarray(hole.to)];
    if (padding === null || padding.from < hole.to) this.parts = [before, after];
    else this.parts = [before, raw.subarray(hole.to, padding.from), raw.subarray(padding.to)];
    return true;
  }

  /** Where the event that begins at `start` ends; -1 when it is another kind of event, or not whole. */
  endOf(view: Buffer, start: number): number {
    let at = start;
    let isText = false;
    for (const part of this.parts) {
      if (at > start) {
        const textEnd = endOfText(view, at);
        if (textEnd < 0) return -1;
        if (!isText) this.characters = unitsOf(view, at, textEnd);
        isText = true;
        at = textEnd;
      }
      const end = at + part.length;
      if (end > view.length || view.compare(part, 0, part.length, at, end) !== 0) return -1;
      at = end;
    }
    if (at === start) return -1;
    this.misses = 0;
    return at;
  }
}

/** Where the text of a JSON string ends that begins at `start`; -1 when it does not end, or is no valid text. */
function endOfText(view: Buffer, start: number): number {
  for (let at = start; at < view.length; at += 1) {
    const byte = view[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte < SPACE) return -1;
    if (byte === BACKSLASH) {
      at += 1;
      if (view[at] === LETTER_U && isCodePoint(view, at + 1)) at += 4;
      else if (!ESCAPED.has(view[at] ?? 0)) return -1;
    }
  }
  return -1;
}

function isCodePoint(view: Buffer, start: number): boolean {
  return /^[\da-f]{4}$/i.test(view.toString('latin1', start, start + 4));
}

/** UTF-16 units of a valid text. */
function unitsOf(view: Buffer, start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at += 1) {
    const byte = view[at] ?? 0;
    if (byte === BACKSLASH) at += view[at + 1] === LETTER_U ? 5 : 1;
    // Of a character in UTF-8 the first byte counts: for two when it takes two units in UTF-16.
    if (byte < 0x80 || byte >= 0xc0) units += byte < 0xf0 ? 1 : 2;
  }
  return units;
}

/** Where the string value of a key stands that occurs once; null when there is no such. */
function textAfter(raw: Buffer, key: string): { readonly from: number; readonly to: number } | null {
  const at = raw.indexOf(key);
  if (at < 0 || raw.indexOf(key, at + 1) >= 0) return null;
  let from = at + key.length;
  while (raw[from] === SPACE) from += 1;
  if (raw[from] !== QUOTE) return null;
  from += 1;
  let to = from;
  while (to < raw.length && raw[to] !== QUOTE) to += raw[to] === BACKSLASH ? 2 : 1;
  return to < raw.length ? { from, to } : null;
}

import { listedName, type ListedTexts, type TextCache, type TextCacheFacts } from '../texts.js';

interface KeptText {
  readonly text: string;
  readonly bytes: number;
  readonly until: number;
}

/** What of the room is left in use when it had run out. */
const FULL = 0.9;

/** The texts of a single process. */
export class MemoryTexts implements TextCache {
  private readonly texts = new Map<string, KeptText>();
  /** How many texts were added to each list, and until when anybody remembers. */
  private readonly lists = new Map<string, { last: number; until: number }>();
  private bytes = 0;

  constructor(
    private readonly now: () => number,
    private readonly maxBytes: number,
  ) {}

  keepText(name: string, text: string, ttlMs: number): Promise<void> {
    this.drop(name);
    const kept = { text, bytes: Buffer.byteLength(text), until: this.now() + ttlMs };
    this.texts.set(name, kept);
    this.bytes += kept.bytes;
    if (this.bytes > this.maxBytes) this.makeRoom();
    return Promise.resolve();
  }

  findText(name: string): Promise<string | null> {
    const kept = this.texts.get(name);
    return Promise.resolve(kept === undefined || kept.until <= this.now() ? null : kept.text);
  }

  dropText(name: string): Promise<boolean> {
    const isThere = (this.texts.get(name)?.until ?? 0) > this.now();
    this.drop(name);
    return Promise.resolve(isThere);
  }

  flushTexts(beginning: string): Promise<number> {
    const names = [...this.texts.keys()].filter((name) => name.startsWith(beginning));
    for (const name of names) this.drop(name);
    return Promise.resolve(names.length);
  }

  describeTexts(): Promise<TextCacheFacts> {
    return Promise.resolve({ texts: this.texts.size, bytes: this.bytes, server: null });
  }

  async appendText(
    list: string,
    text: string,
    { ttlMs, most }: { readonly ttlMs: number; readonly most: number },
  ): Promise<void> {
    const last = this.lastOf(list) + 1;
    this.lists.set(list, { last, until: this.now() + ttlMs });
    this.drop(listedName(list, last - most));
    await this.keepText(listedName(list, last), text, ttlMs);
  }

  textsAfter(list: string, place: number, most: number): Promise<ListedTexts> {
    const last = this.lastOf(list);
    const end = Math.max(place, Math.min(last, place + most));
    const texts: string[] = [];
    for (let at = place + 1; at <= end; at += 1) {
      const kept = this.texts.get(listedName(list, at));
      if (kept !== undefined && kept.until > this.now()) texts.push(kept.text);
    }
    return Promise.resolve({ last, place: end, texts });
  }

  /** Drops what ran out. */
  forget(): void {
    const now = this.now();
    for (const [list, { until }] of this.lists) if (until <= now) this.lists.delete(list);
    for (const [name, { until }] of this.texts) if (until <= now) this.drop(name);
  }

  private lastOf(list: string): number {
    const known = this.lists.get(list);
    return known === undefined || known.until <= this.now() ? 0 : known.last;
  }

  /** Somewhat more than is needed, for the next one will need some too. */
  private makeRoom(): void {
    const byEnd = [...this.texts].sort(([, left], [, right]) => left.until - right.until);
    for (const [name] of byEnd) {
      if (this.bytes <= this.maxBytes * FULL) return;
      this.drop(name);
    }
  }

  private drop(name: string): void {
    this.bytes -= this.texts.get(name)?.bytes ?? 0;
    this.texts.delete(name);
  }
}

import type { TextCache, TextCacheFacts } from '../texts.js';

interface KeptText {
  readonly text: string;
  readonly bytes: number;
  readonly until: number;
}

/** The texts of a single process. */
export class MemoryTexts implements TextCache {
  private readonly texts = new Map<string, KeptText>();
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

  /** Drops what ran out. */
  forget(): void {
    const now = this.now();
    for (const [name, { until }] of this.texts) if (until <= now) this.drop(name);
  }

  private makeRoom(): void {
    const byEnd = [...this.texts].sort(([, left], [, right]) => left.until - right.until);
    for (const [name] of byEnd) {
      if (this.bytes <= this.maxBytes) return;
      this.drop(name);
    }
  }

  private drop(name: string): void {
    this.bytes -= this.texts.get(name)?.bytes ?? 0;
    this.texts.delete(name);
  }
}

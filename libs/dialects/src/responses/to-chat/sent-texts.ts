/** What has been sent of each part of a streamed answer, so that a part's end can tell what is missing. */
export class SentTexts {
  private readonly texts = new Map<string, string>();

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

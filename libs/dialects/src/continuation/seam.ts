/** Takes off the beginning of a continuation what the client has already. */
export class Seam {
  private matched = 0;

  /**
   * `known`: what the client has and the model may say again. `whole`: all of it or nothing counts as said again; else as much
   * as agrees, one character after the other.
   */
  constructor(
    private readonly known: string,
    private readonly whole: boolean,
  ) {}

  /** What is new in the next piece of text; empty while it may still turn out to be known. */
  push(text: string): string {
    const { known, matched } = this;
    if (matched === known.length) return text;
    let length = 0;
    while (length < text.length && matched + length < known.length) {
      if (text.charCodeAt(length) !== known.charCodeAt(matched + length)) {
        // From here on everything is new.
        this.matched = known.length;
        return this.whole ? known.slice(0, matched) + text : text.slice(length);
      }
      length += 1;
    }
    this.matched += length;
    return text.slice(length);
  }
}

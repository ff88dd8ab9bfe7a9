const PLACEHOLDER = /<[A-Z][A-Z0-9_]{0,63}_\d{1,6}>/g;
/** What may become one. */
const BEGINNING = /<(?:[A-Z][A-Z0-9_]{0,70})?$/;

/**
 * What stands in a request in place of what its provider must not see, and in the answer becomes it again. The same value has the
 * same placeholder, numbered in the order of the request: a conversation that goes on looks to its provider as it did before.
 */
export class Placeholders {
  private readonly byValue = new Map<string, string>();
  private readonly values = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private readonly taken: ReadonlySet<string>;

  /** @param texts of the request: what looks like a placeholder there is none of ours. */
  constructor(texts: readonly string[]) {
    this.taken = new Set(texts.flatMap((text) => text.match(PLACEHOLDER) ?? []));
  }

  get isEmpty(): boolean {
    return this.values.size === 0;
  }

  /** @param name what the value is: `EMAIL_ADDRESS`. */
  of(name: string, value: string): string {
    const label = labelOf(name);
    const key = `${label} ${value}`;
    const known = this.byValue.get(key);
    if (known !== undefined) return known;
    const placeholder = this.next(label);
    this.byValue.set(key, placeholder);
    this.values.set(placeholder, value);
    return placeholder;
  }

  /** @param isJson the text is JSON: values are escaped. */
  restored(text: string, isJson: boolean): string {
    return text.replaceAll(PLACEHOLDER, (placeholder) => {
      const value = this.values.get(placeholder);
      if (value === undefined) return placeholder;
      return isJson ? JSON.stringify(value).slice(1, -1) : value;
    });
  }

  private next(label: string): string {
    for (let count = (this.counts.get(label) ?? 0) + 1; ; count += 1) {
      this.counts.set(label, count);
      const placeholder = `<${label}_${count}>`;
      if (!this.taken.has(placeholder)) return placeholder;
    }
  }
}

/** A name as it stands in a placeholder. */
export const labelOf = (name: string): string => {
  const label = name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '');
  return label === '' ? 'TEXT' : label.slice(0, 64);
};

/** Where in a text that goes on a placeholder may have begun; its length where none has. */
export function beginningOfPlaceholder(text: string): number {
  const open = text.lastIndexOf('<');
  return open >= 0 && BEGINNING.test(text.slice(open)) ? open : text.length;
}

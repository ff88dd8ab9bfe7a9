/**
 * Texts that replicas share for a time. All of them together are bounded: where there is no room for one more, those go first that
 * end first.
 */
export interface TextState {
  /** Keeps a text under a name for `ttlMs`, in place of one that is there. */
  keepText(name: string, text: string, ttlMs: number): Promise<void>;

  /** null: there is none (any more). */
  findText(name: string): Promise<string | null>;

  /** False: there was none. */
  dropText(name: string): Promise<boolean>;
}

/** Texts that can be done without, bounded by themselves: they push nothing else out. */
export interface TextCache extends TextState {
  /** Drops all whose names begin so; how many those were. One that is kept meanwhile may stay. */
  flushTexts(beginning: string): Promise<number>;

  describeTexts(): Promise<TextCacheFacts>;

  /** Keeps a text at the end of a list, of which the last `most` stay. */
  appendText(
    list: string,
    text: string,
    options: { readonly ttlMs: number; readonly most: number },
  ): Promise<void>;

  /** The next texts of a list after a place (0: from its beginning), at most so many places on. */
  textsAfter(list: string, place: number, most: number): Promise<ListedTexts>;
}

export interface ListedTexts {
  /** Of the last text that was ever added; below a place that was told before: the list was begun anew. */
  readonly last: number;
  /** How far these go: where the next ones begin. */
  readonly place: number;
  /** Those that are still there. */
  readonly texts: readonly string[];
}

/** The name of a text of a list. */
export const listedName = (list: string, place: number): string => `${list}#${String(place)}`;

export interface TextCacheFacts {
  readonly texts: number;
  readonly bytes: number;
  /** What the server tells of itself (Redis' `INFO`); null: there is none. */
  readonly server: Readonly<Record<string, string>> | null;
}

/** Of all texts of a space together, in bytes, unless state is told otherwise. */
export const MAX_TEXT_BYTES = 128 * 1024 * 1024;

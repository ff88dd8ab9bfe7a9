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
}

export interface TextCacheFacts {
  readonly texts: number;
  readonly bytes: number;
  /** What the server tells of itself (Redis' `INFO`); null: there is none. */
  readonly server: Readonly<Record<string, string>> | null;
}

/** Of all texts of a space together, in bytes, unless state is told otherwise. */
export const MAX_TEXT_BYTES = 128 * 1024 * 1024;

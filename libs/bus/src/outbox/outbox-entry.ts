import type { SlotMember, SlotSet } from '@tollgate/collections';

/** An event on its way: a draft first, or a record at once; gone when it is acknowledged. */
export interface OutboxEntry extends SlotMember {
  /** Increasing within a folder. */
  readonly number: number;
  readonly subject: string;
  /** The event as JSON; absent while it waits in its file alone. */
  text: string | undefined;
  /** The event itself, while its text is kept. */
  event: unknown;
  /** What `update` changed since the draft began. */
  patch: Record<string, unknown> | undefined;
  state: 'draft' | 'record' | 'done';
  place: { readonly segment: Segment; readonly offset: number; readonly length: number } | undefined;
}

/** One file of the log, and the entries whose last full text is in it. */
export interface Segment {
  readonly path: string;
  readonly descriptor: number;
  readonly entries: SlotSet<OutboxEntry>;
  size: number;
  liveBytes: number;
}

// A line is `R<number> <subject> <json>` (record), `D…` (draft), `P<number> <json>` (patch of a draft) or
// `X<number>,<number>…` (acknowledged or discarded). A later line on a number replaces an earlier one.

export const recordLine = (entry: OutboxEntry): string =>
  `R${String(entry.number)} ${entry.subject} ${entry.text ?? 'null'}\n`;

export const draftLine = (entry: OutboxEntry): string =>
  `D${String(entry.number)} ${entry.subject} ${entry.text ?? 'null'}\n`;

export const patchLine = (entry: OutboxEntry): string =>
  `P${String(entry.number)} ${JSON.stringify(entry.patch)}\n`;

export const doneLine = (entries: readonly OutboxEntry[]): string =>
  `X${entries.map((entry) => entry.number).join(',')}\n`;

export interface ParsedLine {
  readonly kind: string;
  /** The number, or all of them on an `X` line. */
  readonly numbers: readonly number[];
  readonly subject: string;
  readonly text: string;
}

/** Reads a line back; undefined when it is not whole. */
export function parseLine(line: string): ParsedLine | undefined {
  const found = /^([RDPX])([\d,]+)(?: (\S+) (.*)| (.*))?$/s.exec(line);
  if (found === null) return undefined;
  const [, kind = '', numbers = '', subject = '', json, patch] = found;
  // NOTE a patch is JSON that may hold spaces: it then looks like a subject and a text.
  const text = kind === 'P' ? line.slice(line.indexOf(' ') + 1) : (json ?? patch ?? '');
  return { kind, numbers: numbers.split(',').map(Number), subject, text };
}

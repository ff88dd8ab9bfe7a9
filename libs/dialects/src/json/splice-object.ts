import { DEFAULT_MAX_DEPTH, scanMembers, type ScannedObject } from './scan-object.js';

/** By member name: JSON text to set, or undefined to remove the member. */
export type ObjectEdits = Readonly<Record<string, string | undefined>>;

/**
 * Replaces, removes or appends top-level members of a JSON object and leaves every other byte alone: white space,
 * spelling of numbers, order, repeated names. An edited name that is repeated is edited everywhere, as providers
 * differ on which one counts. Appended members come in the order of the edits. Without effect, the input is returned.
 * Throws as `scanObject` does.
 */
export function spliceObject(bytes: Uint8Array, edits: ObjectEdits): Uint8Array {
  const scanned = scanMembers(bytes, DEFAULT_MAX_DEPTH);
  const pieces = new Pieces(bytes);
  const kept = writeMembers(scanned, edits, pieces);
  appendMembers(scanned, edits, kept, pieces);
  pieces.copy(lastEnd(scanned), bytes.length);
  return pieces.join();
}

const lastEnd = ({ members, open }: ScannedObject): number => members.at(-1)?.valueEnd ?? open + 1;

/** Returns how many members stay. A removed member takes the comma before the next one that stays with it. */
function writeMembers({ members, open }: ScannedObject, edits: ObjectEdits, pieces: Pieces): number {
  let kept = 0;
  let previousEnd = 0;
  for (const member of members) {
    const { name } = member;
    const edited = Object.hasOwn(edits, name);
    const value = edited ? edits[name] : undefined;
    if (edited && value === undefined) {
      previousEnd = member.valueEnd;
      continue;
    }
    if (kept === 0) pieces.copy(0, members[0]?.memberStart ?? open + 1);
    else pieces.copy(previousEnd, member.memberStart);
    if (value === undefined) pieces.copy(member.memberStart, member.valueEnd);
    else {
      pieces.copy(member.memberStart, member.valueStart);
      pieces.write(value);
    }
    previousEnd = member.valueEnd;
    kept += 1;
  }
  if (kept === 0) pieces.copy(0, open + 1);
  return kept;
}

function appendMembers({ members }: ScannedObject, edits: ObjectEdits, kept: number, pieces: Pieces): void {
  const names = new Set(members.map(({ name }) => name));
  let count = kept;
  for (const [name, value] of Object.entries(edits)) {
    if (value === undefined || names.has(name)) continue;
    pieces.write(`${count > 0 ? ',' : ''}${JSON.stringify(name)}:${value}`);
    count += 1;
  }
}

/** Collects ranges of the source, neighbours merged, and new text between them. */
class Pieces {
  private readonly parts: Uint8Array[] = [];
  private start = 0;
  private end = 0;
  private written = false;

  constructor(private readonly source: Uint8Array) {}

  copy(start: number, end: number): void {
    if (start === this.end) {
      this.end = end;
      return;
    }
    this.take();
    this.start = start;
    this.end = end;
  }

  write(text: string): void {
    const { end } = this;
    this.take();
    this.start = end;
    this.parts.push(Buffer.from(text));
    this.written = true;
  }

  join(): Uint8Array {
    this.take();
    if (!this.written && this.parts.length === 1 && this.parts[0]?.length === this.source.length)
      return this.source;
    return Buffer.concat(this.parts);
  }

  private take(): void {
    if (this.end > this.start) this.parts.push(this.source.subarray(this.start, this.end));
    this.start = this.end;
  }
}

import { scanObject, type ObjectMembers } from './scan-object.js';

/** By member name: JSON text to set, or undefined to remove the member. */
export type ObjectEdits = Readonly<Record<string, string | undefined>>;

/**
 * Replaces, removes or appends top-level members of a JSON object and leaves every other byte alone: white space,
 * spelling of numbers, order, repeated names. An edited name that is repeated is edited everywhere, as providers
 * differ on which one counts. Appended members come in the order of the edits. Without effect, the input is returned.
 * `members`: what `scanObject` finds in it, for who knows it already. Throws as `scanObject` does.
 */
export function spliceObject(
  bytes: Uint8Array,
  edits: ObjectEdits,
  members: ObjectMembers = scanObject(bytes),
): Uint8Array {
  const pieces = new Pieces(bytes);
  const kept = writeMembers(members, edits, pieces);
  appendMembers(members, edits, kept, pieces);
  pieces.copy(members.written.at(-1)?.valueEnd ?? members.open + 1, bytes.length);
  return pieces.join();
}

/** Returns how many members stay. A removed member takes the comma before the next one that stays with it. */
function writeMembers({ written, open }: ObjectMembers, edits: ObjectEdits, pieces: Pieces): number {
  let kept = 0;
  let previousEnd = 0;
  for (const member of written) {
    const { name } = member;
    const edited = Object.hasOwn(edits, name);
    const value = edited ? edits[name] : undefined;
    if (edited && value === undefined) {
      previousEnd = member.valueEnd;
      continue;
    }
    if (kept === 0) pieces.copy(0, written[0]?.memberStart ?? open + 1);
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

function appendMembers(members: ObjectMembers, edits: ObjectEdits, kept: number, pieces: Pieces): void {
  let count = kept;
  for (const name in edits) {
    const value = edits[name];
    if (value === undefined || members.has(name)) continue;
    pieces.write(`${count > 0 ? ',' : ''}${JSON.stringify(name)}:${value}`);
    count += 1;
  }
}

/** A part of the source, or new text. */
type Piece = string | { readonly start: number; readonly end: number };

/** Collects ranges of the source, neighbours merged, and new text between them. */
class Pieces {
  private readonly pieces: Piece[] = [];
  private start = 0;
  private end = 0;
  private size = 0;

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
    this.take();
    this.pieces.push(text);
    this.size += Buffer.byteLength(text);
  }

  join(): Uint8Array {
    const { source, pieces } = this;
    if (pieces.length === 0 && this.end - this.start === source.length) return source;
    this.take();
    const whole = Buffer.allocUnsafe(this.size);
    let at = 0;
    for (const piece of pieces) {
      if (typeof piece === 'string') at += whole.write(piece, at);
      else {
        whole.set(source.subarray(piece.start, piece.end), at);
        at += piece.end - piece.start;
      }
    }
    return whole;
  }

  private take(): void {
    const { start, end } = this;
    if (end > start) {
      this.pieces.push({ start, end });
      this.size += end - start;
    }
    this.start = end;
  }
}

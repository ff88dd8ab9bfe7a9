import { randomUUID } from 'node:crypto';

/** The time in pieces of this many milliseconds: what the last four digits of the first twelve count. */
const PIECE_MS = 0x10000;

/** The piece that is now, and how an id of it begins. */
const begun = { piece: -1, text: '' };

/**
 * A UUID of version 7 (RFC 9562, 5.7), which begins with the time: calls of the same hour stand together in the ledger's indexes,
 * where random ids would touch a page each.
 */
export function newCallId(): string {
  const now = Date.now();
  const piece = Math.floor(now / PIECE_MS);
  if (piece !== begun.piece) Object.assign(begun, { piece, text: piece.toString(16).padStart(8, '0') });
  const rest = (PIECE_MS + (now - piece * PIECE_MS)).toString(16).slice(1);
  return `${begun.text}-${rest}-7${randomUUID().slice(15)}`;
}

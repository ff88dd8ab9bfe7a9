import type { Answer } from './answer.js';

/** An event of a stream as it goes over the wire. */
export interface Piece {
  readonly wire: string | Buffer;
  /** Characters of the answer in it, for counting tokens. */
  readonly characters: number;
  /** `finish` and `done` may be left out by a script. */
  readonly kind: 'content' | 'finish' | 'done';
}

/** How a provider writes an answer down. */
export interface DialectWriter {
  readonly streamType: string;
  /** Name of the header with the provider's own id of the request. */
  readonly idHeader: string;
  json(answer: Answer): unknown;
  stream(answer: Answer, withUsage: boolean): Generator<Piece>;
  error(status: number, message: string): unknown;
  /** An error in the middle of a stream. */
  errorEvent(message: string): string | Buffer;
  /** An event that is framed well and holds no JSON. */
  readonly malformed: string | Buffer;
}

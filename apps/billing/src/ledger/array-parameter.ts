/** What an array of Postgres is made of. A list that is an element itself is written as the text of an array. */
export type ElementType = 'text' | 'bigint' | 'smallint' | 'boolean' | 'json' | 'uuid' | 'text[]';

/** How values of a type travel in Postgres's binary format. */
interface Encoding {
  /** What Postgres calls the type. */
  readonly oid: number;
  /** Bytes that a value takes at most. */
  readonly room: (value: unknown) => number;
  /** Answers how many bytes it wrote. */
  readonly write: (buffer: Buffer, value: unknown, at: number) => number;
}

const texts = (oid: number): Encoding => ({
  oid,
  room: (text) => 3 * String(text).length,
  write: (buffer, text, at) => buffer.write(String(text), at),
});

const fixed = (
  oid: number,
  bytes: number,
  put: (buffer: Buffer, value: unknown, at: number) => unknown,
): Encoding => ({
  oid,
  room: () => bytes,
  write: (buffer, value, at) => {
    put(buffer, value, at);
    return bytes;
  },
});

const ENCODINGS: Record<ElementType, Encoding> = {
  text: texts(25),
  'text[]': texts(25),
  json: texts(114),
  bigint: fixed(20, 8, putBigint),
  smallint: fixed(21, 2, (buffer, value, at) => buffer.writeInt16BE(value as number, at)),
  boolean: fixed(16, 1, (buffer, value, at) => buffer.writeUInt8(value === true ? 1 : 0, at)),
  uuid: fixed(2950, 16, (buffer, value, at) =>
    buffer.write((value as string).replaceAll('-', ''), at, 'hex'),
  ),
};

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL = -1;

/**
 * A column of rows as an array parameter in the binary format, which nobody quotes and parses; null when every value is: `unnest`
 * makes nulls of it for nothing.
 */
export function arrayParameter(type: ElementType, values: readonly unknown[]): Buffer | null {
  const { oid, room, write } = ENCODINGS[type];
  let [bytes, hasValue] = [HEADER_BYTES, false];
  for (const value of values) {
    bytes += LENGTH_BYTES;
    if (isAbsent(value)) continue;
    bytes += room(value);
    hasValue = true;
  }
  if (!hasValue) return null;
  const buffer = Buffer.allocUnsafe(bytes);
  let end = writeHeader(buffer, oid, values.length);
  for (const value of values) {
    const length = isAbsent(value) ? NULL : write(buffer, value, end + LENGTH_BYTES);
    end = buffer.writeInt32BE(length, end) + Math.max(length, 0);
  }
  return buffer.subarray(0, end);
}

const isAbsent = (value: unknown): boolean => value === null || value === undefined;

/** One dimension, whose elements may be null and are counted from 1. */
function writeHeader(buffer: Buffer, oid: number, length: number): number {
  let end = 0;
  for (const field of [1, 1, oid, length, 1]) end = buffer.writeInt32BE(field, end);
  return end;
}

/** In two halves where it is a number: to make a bigint of each would cost more than all the rest. */
function putBigint(buffer: Buffer, value: unknown, at: number): void {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) buffer.writeBigInt64BE(value, at);
  else if (Number.isSafeInteger(value)) {
    buffer.writeInt32BE(Math.floor((value as number) / 2 ** 32), at);
    buffer.writeUInt32BE((value as number) >>> 0, at + 4);
  } else throw new OutOfRangeError(`${String(value)} is no integer that a column takes`);
}

/** Has Postgres's code for it: who knows what Postgres refuses need not know who said it. */
class OutOfRangeError extends Error {
  override readonly name = 'OutOfRangeError';
  readonly code = '22003';
}

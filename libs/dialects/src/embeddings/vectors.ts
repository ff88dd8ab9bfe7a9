import { isObject, listAt, type Json } from '../json/json.js';

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Numbers as base64 of little-endian 32-bit floats, as OpenAI's clients ask for them. */
export function encodedVector(vector: readonly unknown[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * BYTES);
  vector.forEach((value, index) => bytes.writeFloatLE(typeof value === 'number' ? value : 0, index * BYTES));
  return bytes.toString('base64');
}

export function decodedVector(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: Math.floor(bytes.length / BYTES) }, (_, index) =>
    bytes.readFloatLE(index * BYTES),
  );
}

export type Encoding = 'float' | 'base64';

/** A vector as it is wanted, whichever way it came. */
export function vectorAs(encoding: Encoding, vector: unknown): unknown {
  if (Array.isArray(vector)) return encoding === 'base64' ? encodedVector(vector) : vector;
  return typeof vector === 'string' && encoding === 'float' ? decodedVector(vector) : vector;
}

/** The vectors of a canonical answer in the order of the input. */
export function vectorsOf(answer: Json, encoding: Encoding): unknown[] {
  const data = listAt(answer['data'], 'data', 'answer').filter(isObject);
  const place = ({ index }: Json): number => (typeof index === 'number' ? index : 0);
  return data
    .toSorted((left, right) => place(left) - place(right))
    .map(({ embedding }) => vectorAs(encoding, embedding));
}

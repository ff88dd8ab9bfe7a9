import type { Json } from '../../calls/request-rules.js';

/** More dimensions than any model has. */
const MAX_DIMENSIONS = 8_192;

/** The vector of an answer in OpenAI's form, of length 1, so that a product of two is their cosine. Null: there is none. */
export function vectorOf(answer: unknown): Float32Array | null {
  const [first] = listOf((answer as Json | null)?.['data']);
  const numbers = listOf((first as Json | undefined)?.['embedding']);
  if (numbers.length === 0 || numbers.length > MAX_DIMENSIONS) return null;
  const vector = Float32Array.from(numbers as number[]);
  const length = Math.hypot(...vector);
  if (!Number.isFinite(length) || length === 0) return null;
  return vector.map((value) => value / length);
}

/** Of vectors of length 1; nought where they are of different models. */
export function cosine(left: Float32Array, right: Float32Array): number {
  if (left.length !== right.length) return 0;
  let sum = 0;
  for (let place = 0; place < left.length; place += 1) sum += (left[place] ?? 0) * (right[place] ?? 0);
  return sum;
}

export const textOfVector = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

export function vectorOfText(text: string): Float32Array {
  // A copy: its place in memory is a multiple of four.
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

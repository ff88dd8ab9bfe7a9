import { createHash } from 'node:crypto';
import { text } from './json.js';
import { tokensOf, wordsOf, type PlainEndpoint } from './plain-endpoint.js';

const DIMENSIONS = 64;

/** OpenAI's embeddings, as numbers or as base64 of 32-bit floats. Texts that share words lie near each other. */
export const embeddings: PlainEndpoint = (asked) => {
  const { input, dimensions, encoding_format: format, model } = asked;
  const texts = inputsOf(input);
  const size = typeof dimensions === 'number' ? dimensions : DIMENSIONS;
  const promptTokens = tokensOf(texts);
  const data = texts.map((own, index) => {
    const vector = vectorOf(own, size);
    return { object: 'embedding', index, embedding: format === 'base64' ? base64Of(vector) : vector };
  });
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  const body = { object: 'list', data, model: text(model) };
  return (step) => ({ body: { ...body, ...(step.noUsage !== true && { usage }) }, promptTokens });
};

/** Inputs that are lists of tokens are as long as that many texts of four characters. */
function inputsOf(input: unknown): string[] {
  const inputs: unknown[] = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  return inputs.map((own) => {
    if (typeof own === 'string') return own;
    if (!Array.isArray(own))
      throw new TypeError('input: a text, or a list of texts or of tokens, is required');
    return own.map((token) => String(token).padStart(4, '0').slice(-4)).join('');
  });
}

/** Each word has a place; what lies in the places is made one long. */
function vectorOf(own: string, size: number): number[] {
  const vector = new Array<number>(size).fill(0);
  for (const word of ['', ...wordsOf(own)]) {
    const place = createHash('sha256').update(word).digest().readUInt32BE(0) % size;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  // Such numbers are the same in 32 bits.
  return vector.map((value) => Math.fround(value / length));
}

function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

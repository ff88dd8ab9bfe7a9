import { isObject, optionalString, wrongType, type Json } from '../json/json.js';
import { Refusals } from '../refusals.js';
import type { Encoding } from './vectors.js';

/** The texts of a canonical request. Tokens are numbers of another model's vocabulary: refused. */
export function textsOf(request: Json, target: string): string[] {
  const { input } = request;
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input)) throw wrongType('request', 'input', 'a string or a list of strings');
  if (input.every((text) => typeof text === 'string')) return input;
  if (!input.every((item) => typeof item === 'number' || Array.isArray(item)))
    throw wrongType('request', 'input', 'a string or a list of strings');
  // Nothing would be left of the request without it.
  new Refusals(false, target).refuse('input', 'tokens instead of texts');
  return [];
}

/** How the caller wants the vectors. */
export function encodingOf(request: unknown): Encoding {
  return isObject(request) && request['encoding_format'] === 'base64' ? 'base64' : 'float';
}

/** What a text is for, in one word whatever the provider's spelling of it; undefined: nobody says. */
export function purposeOf(request: Json): string | undefined {
  const type = optionalString(request['input_type'], 'input_type', 'request');
  return type?.replace(/^search_|^retrieval\./, '').replace(/^passage$/, 'document');
}

/** Whether a text that is too long is cut: Cohere names the side, others say yes or no; undefined: nobody says. */
export function cutsOf({ truncate }: Json): unknown {
  if (truncate === undefined || truncate === null) return undefined;
  return typeof truncate === 'string' ? truncate !== 'NONE' : truncate;
}

/** Fields of a canonical request that are read elsewhere, or tell OpenAI who asks. */
const CONSUMED = new Set([
  ...['model', 'input', 'encoding_format', 'dimensions', 'user', 'input_type', 'truncate', 'stream'],
]);

/** All other fields: they are the provider's own. */
export const ownFieldsOf = (request: Json): Json =>
  Object.fromEntries(
    Object.entries(request).filter(([name, value]) => !CONSUMED.has(name) && value !== null),
  );

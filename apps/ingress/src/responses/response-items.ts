import type { Json } from '@tollgate/dialects';
import type { ResponseRecord } from './response-records.js';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A request's `input` as items. */
export function inputItemsOf(input: unknown): Json[] {
  if (typeof input === 'string') {
    return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }];
  }
  return Array.isArray(input) ? input.filter(isObject) : [];
}

export const outputItemsOf = ({ response }: ResponseRecord): Json[] => inputItemsOf(response['output']);

/** What was said in a turn, as the input of the next one. */
export const saidIn = (turn: ResponseRecord): Json[] =>
  [...turn.input, ...outputItemsOf(turn)].map(withoutId);

/** Whoever is asked next has never heard of the ids. */
export const withoutId = ({ id: _id, status: _status, ...item }: Json): Json => item;

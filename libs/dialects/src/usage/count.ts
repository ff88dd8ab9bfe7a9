import { isObject } from '../json/json.js';

/** A token count as others send it: negative is 0, a fraction is cut; undefined for what is no number. */
export function countOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value > Number.MAX_SAFE_INTEGER)
    return undefined;
  return value > 0 ? Math.trunc(value) : 0;
}

/** The first of the fields that holds a count, or 0. */
export function firstCount(...values: readonly unknown[]): number {
  for (const value of values) {
    const count = countOf(value);
    if (count !== undefined) return count;
  }
  return 0;
}

/** A field of what may be an object. */
export const fieldOf = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

import type { ValueTransformer } from 'typeorm';

/**
 * A Postgres `bigint` (which `pg` returns as text) as a number. Throws a RangeError beyond 2^53: better no answer than
 * a wrong amount.
 */
export function toSafeInteger(value: string | number | bigint): number {
  const result = Number(value);
  if (!Number.isSafeInteger(result)) throw new RangeError(`${value} is not a safe integer`);
  return result;
}

/** For `bigint` columns that are never null: nano-dollars, epoch milliseconds, token counts. */
export const safeInteger: ValueTransformer = {
  to: (value: number) => value,
  from: (value: string) => toSafeInteger(value),
};

export const safeIntegerOrNull: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : toSafeInteger(value)),
};

export type Json = Readonly<Record<string, unknown>>;

/** An object as it is; of anything else an empty one. */
export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [];

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

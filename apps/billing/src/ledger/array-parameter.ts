/** What an array of Postgres is made of: text travels quoted, everything else as it is. */
export type ElementType = 'text' | 'bigint' | 'smallint' | 'boolean' | 'json' | 'uuid' | 'text[]';

/** A column of rows as the text of an array parameter; null when every value is: `unnest` makes nulls of it for nothing. */
export function arrayParameter(type: ElementType, values: readonly unknown[]): string | null {
  if (values.every((value) => value === null || value === undefined)) return null;
  return `{${values.map((value) => element(type, value)).join(',')}}`;
}

function element(type: ElementType, value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (type === 'text') return quoted(value as string);
  if (type === 'json') return quoted(JSON.stringify(value));
  if (type === 'text[]') return quoted(listOf(value as readonly string[]));
  return (value as number | bigint | boolean | string).toString();
}

const listOf = (texts: readonly string[]): string => `{${texts.map(quoted).join(',')}}`;

const SPECIAL = /["\\]/;

const quoted = (text: string): string =>
  SPECIAL.test(text) ? `"${text.replace(/["\\]/g, String.raw`\$&`)}"` : `"${text}"`;

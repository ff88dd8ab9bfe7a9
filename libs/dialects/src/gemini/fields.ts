import type { Json } from '../json/json.js';

/** A field by its camelCase name, or as Google's API also takes it: in snake_case. */
export const fieldAt = (json: Json, name: string): unknown => json[name] ?? json[snakeCase(name)];

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `responseSchema` of `response_schema`; a name that starts with an underscore keeps it. */
export const camelCase = (name: string): string =>
  name.replaceAll(/(?<=[^_])_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** The fields that are none of `known`, in whichever spelling. */
export const fieldsBeside = (json: Json, known: ReadonlySet<string>): Json =>
  Object.fromEntries(
    Object.entries(json).filter(
      ([name, value]) => value !== undefined && value !== null && !known.has(camelCase(name)),
    ),
  );

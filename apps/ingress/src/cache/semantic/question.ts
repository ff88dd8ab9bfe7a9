import type { Json } from '../../calls/request-rules.js';

/** The last thing that a caller says, and the request without it: what must be the same for two of these to be compared. */
export interface Question {
  readonly text: string;
  readonly rest: Json;
}

/** Where the dialects have what is said, the last of which is the question. */
const SAID = ['messages', 'input', 'contents', 'prompt', 'message'] as const;
/** Where the text of a message, or of a part of one, is. */
const WITHIN = ['content', 'parts', 'text'] as const;
/** Longer ones are asked once. */
const MAX_CHARACTERS = 8_000;

/** Null where the last thing said is no text of the user's: a picture, a tool's result. */
export function questionOf(body: Json): Question | null {
  const field = SAID.find((name) => body[name] !== undefined);
  const found = field === undefined ? null : lastText(body[field]);
  if (field === undefined || found === null || found.text.trim() === '' || found.text.length > MAX_CHARACTERS)
    return null;
  return { text: found.text, rest: { ...body, [field]: found.rest } };
}

interface FoundText {
  readonly text: string;
  readonly rest: unknown;
}

function lastText(value: unknown): FoundText | null {
  if (typeof value === 'string') return { text: value, rest: '' };
  if (Array.isArray(value)) {
    const found = lastText(value.at(-1));
    return found && { text: found.text, rest: [...(value.slice(0, -1) as unknown[]), found.rest] };
  }
  if (typeof value !== 'object' || value === null) return null;
  const said = value as Json;
  if (said['role'] !== undefined && said['role'] !== 'user') return null;
  const name = WITHIN.find((candidate) => said[candidate] !== undefined);
  const found = name === undefined ? null : lastText(said[name]);
  return name === undefined || found === null
    ? null
    : { text: found.text, rest: { ...said, [name]: found.rest } };
}

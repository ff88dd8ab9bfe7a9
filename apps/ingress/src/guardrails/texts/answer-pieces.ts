import { isObject, wordOf, type Json } from '@tollgate/dialects';
import type { JsonText } from './json-texts.js';

/** Members that tell parts of an answer apart which grow at the same time. */
const PLACES = ['index', 'output_index', 'content_index', 'item_id', 'thought'] as const;

/**
 * The name of the text that one in an event of a stream is a piece of; null: it is whole.
 *
 * @param isLines the stream is lines of JSON: all that is said in them comes in pieces.
 */
export function pieceOf(event: Json, { path }: JsonText, isLines: boolean): string | null {
  const [first] = path;
  const isPiece = isLines
    ? first === 'message' || first === 'response' || first === 'thinking'
    : first === 'choices' || first === 'candidates' || path.includes('delta');
  const argument = path.findIndex((key) => key === 'args' || key === 'arguments');
  const isWithinValue = argument >= 0 && argument < path.length - 1;
  if (!isPiece || isWithinValue) return null;
  const names: string[] = [path.join('.')];
  let around: unknown = event;
  for (const key of path) {
    if (isObject(around)) names.push(...placesOf(around));
    around = (around as Readonly<Record<string | number, unknown>>)[key];
  }
  return names.join(' ');
}

const placesOf = (value: Json): string[] => PLACES.map((place) => wordOf(value[place]));

import { ConfigError } from './config-error.js';
import type { Located, LocatedEntry, Place } from './located.js';

const MAX_DEPTH = 64;

/** A plain JSON value as if it stood in a file, all of it at one place. Throws a `ConfigError` when it nests too deeply. */
export function locate(value: unknown, place: Place, depth = 0): Located {
  if (depth > MAX_DEPTH) throw new ConfigError([`${place.file}: nested too deeply`]);
  if (Array.isArray(value)) {
    return { kind: 'list', place, items: value.map((item) => locate(item, place, depth + 1)) };
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]): [string, LocatedEntry] => [
      key,
      { place, value: locate(item, place, depth + 1) },
    ]);
    return { kind: 'map', place, entries: new Map(entries) };
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', place, value, source: String(value) };
  }
  return { kind: 'scalar', place, value: null, source: '' };
}

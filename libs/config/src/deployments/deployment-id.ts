import { createHash } from 'node:crypto';

/** The same text for the same value, whatever the order of its keys. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/**
 * An id that every process computes alike and that survives a restart: of the group and of the parameters as written,
 * so that a process without the credentials finds the same one.
 */
export const deploymentId = (group: string, parameters: unknown): string =>
  createHash('sha256').update(canonicalJson({ group, parameters })).digest('hex').slice(0, 32);

/** Hands out each id once: a second taker gets it with a number behind. */
export function uniqueIds(): (id: string) => string {
  const taken = new Set<string>();
  return (id) => {
    let unique = id;
    for (let number = 2; taken.has(unique); number += 1) unique = `${id}-${number}`;
    taken.add(unique);
    return unique;
  };
}

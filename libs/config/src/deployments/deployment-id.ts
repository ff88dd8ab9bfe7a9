import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.js';

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

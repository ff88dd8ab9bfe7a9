import type { RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import type { Candidate } from '../group.js';
import { metricOf, shareBy } from './simple-shuffle.js';
import { hashText, joinedHash, toUnit } from './unit-hash.js';

const { log } = Math;

/**
 * What binds a call to a deployment: its session, else its key, else the beginning of its prompt, each where the config asks
 * for it and the call has it.
 */
export function bindingOf(call: CallHeader, affinity: RouterSettings['affinity']): string | undefined {
  if (affinity.session && call.sessionId !== undefined) return `session ${call.sessionId}`;
  if (affinity.key) return `key ${call.principal.keyHash}`;
  if (affinity.promptPrefix && call.promptPrefix !== undefined) return `prefix ${call.promptPrefix}`;
  return undefined;
}

/**
 * Weighted rendezvous hashing: every deployment draws a number from the binding and its own id, and the largest wins; shares
 * bend the draw. Nothing is stored, all replicas agree, and a deployment that goes takes only its own bindings with it.
 */
export function boundTo(candidates: readonly Candidate[], binding: string): Candidate | undefined {
  const hash = hashText(binding);
  const metric = metricOf(candidates);
  let winner: Candidate | undefined;
  let most = -1;
  for (const candidate of candidates) {
    const share = shareBy(candidate, metric);
    if (share <= 0) continue;
    // -ln(u)/share is the time until an event of rate `share`: whoever is first has won with a chance of its share.
    const score = share / -log(toUnit(joinedHash(hash, candidate.idHash)));
    if (score > most) {
      most = score;
      winner = candidate;
    }
  }
  return winner;
}

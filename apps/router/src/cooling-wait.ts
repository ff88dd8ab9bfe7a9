import type { Group } from './group.js';
import type { RoutingView } from './routing-view.js';

/** A deployment whose probe is under way may be back any moment: it is looked at again after this (ms). */
const PROBE_POLL_MS = 50;

/**
 * When the first deployment of a group returns that is only out for a while (its circuit is open, its provider's limit is used
 * up): epoch ms; undefined when none is.
 */
export function firstReturn(group: Group, tokens: number, view: RoutingView): number | undefined {
  let first: number | undefined;
  for (const { deployment } of group.candidates) {
    if (deployment.blocked) continue;
    const circuit = view.circuit(deployment.id);
    const probing = circuit.probing ? view.now + PROBE_POLL_MS : null;
    const at = circuit.until ?? probing ?? view.limitedUntil(deployment.id, tokens);
    if (at !== null && (first === undefined || at < first)) first = at;
  }
  return first;
}

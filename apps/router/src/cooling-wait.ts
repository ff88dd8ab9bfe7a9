import type { Drop } from './filters/filter.js';

/** A deployment whose probe is under way may be back any moment: it is looked at again after this (ms). */
const PROBE_POLL_MS = 50;

/**
 * When the first deployment returns that was left out only because its circuit is open or its provider's limit is used up: epoch
 * ms; undefined when there is none. One that could not serve the call anyway was left out for that.
 */
export function firstReturn(dropped: readonly Drop[], now: number): number | undefined {
  let first: number | undefined;
  for (const { kind, until } of dropped) {
    if (kind !== 'cooling' && kind !== 'provider-limit') continue;
    const at = until ?? now + PROBE_POLL_MS;
    if (first === undefined || at < first) first = at;
  }
  return first;
}

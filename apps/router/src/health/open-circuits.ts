import type { State } from '@tollgate/state';

const NONE: ReadonlyMap<string, number> = new Map();

/** The deployments that are out now, by id, with the time of their return (epoch ms); half-open ones are not out. */
export function openCircuits(state: State, now: number): ReadonlyMap<string, number> {
  const circuits = state.circuits();
  if (circuits.size === 0) return NONE;
  const open = new Map<string, number>();
  for (const [id, { until }] of circuits) if (until > now) open.set(id, until);
  return open;
}

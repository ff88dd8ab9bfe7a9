import type { GatewayConfig } from '@tollgate/config';
import { TASK_OF, type Dialect, type Principal } from '@tollgate/contracts';

/** What a call may take beyond its time-out: retries' bookkeeping, the way back. */
const MARGIN_MS = 5_000;

/**
 * How long a call may take in all, in milliseconds. The caller's own time-out is the last word. Without one it is that of its
 * key, its team or the router, or the longest that any deployment or model name has: which of them answers, only the router
 * will know, and it holds every attempt to the time-out that is its own. Sessions have one for themselves.
 */
export function deadlineOf(
  wantedMs: number | undefined,
  { routing, teamId }: Principal,
  config: GatewayConfig,
  dialect: Dialect,
): number {
  if (wantedMs !== undefined) return wantedMs + MARGIN_MS;
  if (TASK_OF[dialect] === 'realtime') return config.general.sessionTimeoutMs;
  const ofTeam = teamId === null ? undefined : config.router.teams.get(teamId)?.timeoutMs;
  const general = routing?.timeoutMs ?? ofTeam ?? config.router.timeoutMs;
  return Math.max(general, longestOf(config)) + MARGIN_MS;
}

const longest = new WeakMap<GatewayConfig, number>();

/** Of what is set for single deployments and names; looked up once a config. */
function longestOf(config: GatewayConfig): number {
  const known = longest.get(config);
  if (known !== undefined) return known;
  let most = 0;
  for (const { timeoutMs } of [...config.deployments, ...config.router.groups.values()])
    most = Math.max(most, timeoutMs ?? 0);
  longest.set(config, most);
  return most;
}

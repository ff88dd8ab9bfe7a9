import type { Deployment, GroupSettings, RouterSettings } from '@tollgate/config';
import { TASK_OF, type CallHeader, type Clocks } from '@tollgate/contracts';
import { teamRoutingOf } from '../team-routing.js';

/** TCP and TLS to a provider. */
const CONNECT_MS = 10_000;
/** Between two chunks of an answer. Models that think in silence send pings or their thoughts. */
const IDLE_MS = 60_000;

/**
 * What bounds an attempt, in the order: the caller's wish, the deployment's setting, the model name's, the key's, its
 * team's, the router's.
 * For the first token of a stream `stream_timeout` goes before `timeout`. No clock runs past the call's deadline.
 */
export function clocksFor(
  header: CallHeader,
  deployment: Deployment,
  { router, group, now }: { router: RouterSettings; group: GroupSettings; now: number },
): Clocks {
  const left = Math.max(1, header.deadline - now);
  const configured =
    deployment.timeoutMs ?? group.timeoutMs ?? ownTimeout(header, router) ?? router.timeoutMs;
  // A session lasts as long as its deadline lets it: what is configured is for answers.
  const isSession = TASK_OF[header.dialect] === 'realtime';
  const total = isSession ? left : Math.min(left, header.timeoutMs ?? configured);
  const streamTimeout = header.stream
    ? (header.streamTimeoutMs ??
      deployment.streamTimeoutMs ??
      group.streamTimeoutMs ??
      router.streamTimeoutMs)
    : null;
  const firstToken = Math.min(total, streamTimeout ?? total);
  const connect =
    deployment.connectTimeoutMs ?? group.connectTimeoutMs ?? router.connectTimeoutMs ?? CONNECT_MS;
  const idle = deployment.idleTimeoutMs ?? group.idleTimeoutMs ?? router.idleTimeoutMs ?? IDLE_MS;
  return {
    connectMs: Math.min(firstToken, connect),
    firstTokenMs: firstToken,
    idleMs: Math.min(total, idle),
    totalMs: total,
  };
}

/** The time-out that the caller's key or team has. */
const ownTimeout = (header: CallHeader, router: RouterSettings): number | undefined =>
  header.principal.routing?.timeoutMs ?? teamRoutingOf(header, router)?.timeoutMs;

/** The call as it is to be judged by: what its key or team allows less time than all others have has wished for that itself. */
export function withOwnTimeout(
  header: CallHeader,
  deployment: Deployment,
  { router, group }: { router: RouterSettings; group: GroupSettings },
): CallHeader {
  const isConfigured = (deployment.timeoutMs ?? group.timeoutMs) !== null;
  const own = header.timeoutMs === undefined && !isConfigured ? ownTimeout(header, router) : undefined;
  return own === undefined || own >= router.timeoutMs ? header : { ...header, timeoutMs: own };
}

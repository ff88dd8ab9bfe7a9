import type { Deployment, RouterSettings } from '@tollgate/config';
import type { CallHeader, Clocks } from '@tollgate/contracts';

/** TCP and TLS to a provider. */
const CONNECT_MS = 10_000;
/** Between two chunks of an answer. Models that think in silence send pings or their thoughts. */
const IDLE_MS = 60_000;

/**
 * What bounds an attempt. The caller's wish goes before the deployment's setting and that before the router's; for the first
 * token of a stream `stream_timeout` goes before `timeout`. No clock runs past the call's deadline.
 */
export function clocksFor(
  header: CallHeader,
  deployment: Deployment,
  { router, now }: { router: RouterSettings; now: number },
): Clocks {
  const left = Math.max(1, header.deadline - now);
  const total = Math.min(left, header.timeoutMs ?? deployment.timeoutMs ?? router.timeoutMs);
  const streamTimeout = header.stream
    ? (header.streamTimeoutMs ?? deployment.streamTimeoutMs ?? router.streamTimeoutMs)
    : null;
  const firstToken = Math.min(total, streamTimeout ?? total);
  return {
    connectMs: Math.min(firstToken, CONNECT_MS),
    firstTokenMs: firstToken,
    idleMs: Math.min(total, IDLE_MS),
    totalMs: total,
  };
}

import { DeliveryError } from './delivery-error.js';

/** A receiver that takes longer has not taken the alert. */
const TIMEOUT_MS = 10_000;

const MOST_RETRY_AFTER_MS = 3_600_000;

/**
 * Posts JSON; resolves when it was accepted (2xx). A redirect is not followed: it would carry the alert to an address that nobody
 * configured. The answer's body is not read. Rejects with a `DeliveryError`.
 */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  timeoutMs: number = TIMEOUT_MS,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'tollgate', ...headers },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new DeliveryError(reasonOf(cause), true);
  });
  await response.body?.cancel().catch(() => undefined);
  if (response.ok) return;
  const { status } = response;
  if (status >= 300 && status < 400)
    throw new DeliveryError(`redirects elsewhere (status ${status}), which is not followed`, true);
  const isReceiverAway = status >= 500 || status === 408 || status === 429;
  const retryAfterMs = waitOf(response.headers.get('retry-after'));
  throw new DeliveryError(`refused with status ${status}`, isReceiverAway, retryAfterMs);
}

/** Seconds; other forms are left to our own patience. */
function waitOf(header: string | null): number | null {
  const seconds = Number(header ?? 'none');
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, MOST_RETRY_AFTER_MS) : null;
}

/** The code alone: the text of a failure may hold the address. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'cannot be reached';
  if (cause.name === 'TimeoutError') return 'did not answer in time';
  const code = (cause.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `cannot be reached (${code})` : 'cannot be reached';
}

/** Longest delay a Node timer takes; a later deadline is as good as none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Runs `expire` after so many milliseconds without keeping the process alive; returns how to call it off. */
export function afterMs(delayMs: number, expire: () => void): () => void {
  const timer = setTimeout(expire, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS)).unref();
  return () => {
    clearTimeout(timer);
  };
}

/** Waits for work, but no longer than `limitMs`; what becomes of it afterwards is nobody's concern. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}

import { jest } from '@jest/globals';
import type { Database } from '@tollgate/database';

/** What of a `pg` pool tells that a query is under way. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** Time passes for the process: `Date`, `setTimeout` and `performance` are those of the clock. */
export function stopTime(at: number): void {
  jest.useFakeTimers({
    now: at,
    // The database is real, and so is the turn of the event loop; sweeps of memory need no virtual time.
    doNotFake: [
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'nextTick',
      'queueMicrotask',
    ],
  });
}

export const resumeTime = (): void => void jest.useRealTimers();

/**
 * Jumps from timer to timer until a time (epoch ms), as soon as all that can be done is done and the database is at rest. `step` is
 * called after each jump.
 */
export async function runUntil(
  time: number,
  { dataSource }: Database,
  step: () => void | Promise<void> = () => undefined,
): Promise<void> {
  const pool = (dataSource.driver as unknown as { master: Pool }).master;
  setTimeout(() => undefined, time - Date.now());
  await everythingDone(pool);
  while (Date.now() < time) {
    jest.advanceTimersToNextTimer();
    await everythingDone(pool);
    await step();
  }
}

async function everythingDone(pool: Pool): Promise<void> {
  await turn();
  while (pool.idleCount < pool.totalCount || pool.waitingCount > 0) {
    await turn();
    // What was asked for with the last answer may be asked in the turn after.
    if (pool.idleCount === pool.totalCount) await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

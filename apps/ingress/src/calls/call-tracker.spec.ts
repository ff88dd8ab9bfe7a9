import type { Environment } from '@tollgate/config';
import { CallTracker } from './call-tracker.js';

describe('CallTracker', () => {
  it('waits for running calls', async () => {
    const tracker = new CallTracker({ drainMs: 60_000 } as Environment);
    tracker.started();
    tracker.onModuleDestroy();
    const drained = tracker.beforeApplicationShutdown();
    tracker.finished();
    await drained;
    expect(tracker.draining).toBe(true);
  });

  it('waits no longer than the drain time', async () => {
    const tracker = new CallTracker({ drainMs: 1 } as Environment);
    tracker.started();
    await expect(tracker.beforeApplicationShutdown()).resolves.toBeUndefined();
  });
});

import { jest } from '@jest/globals';
import type { Environment } from '@tollgate/config';
import { CallTracker } from './call-tracker.js';

describe('CallTracker', () => {
  const trackerOf = (drainMs: number, drain: (graceMs: number) => Promise<void>): CallTracker =>
    new CallTracker({ drainMs } as Environment, { drain });

  it('waits for running calls', async () => {
    const drain = jest.fn(() => Promise.resolve());
    const tracker = trackerOf(60_000, drain);
    tracker.started();
    tracker.onModuleDestroy();
    const drained = tracker.beforeApplicationShutdown();
    tracker.finished();
    await drained;
    expect(tracker.draining).toBe(true);
    expect(drain).not.toHaveBeenCalled();
  });

  it('ends those that outlast the drain time, and waits until they have told their clients', async () => {
    const steps: string[] = [];
    const tracker = trackerOf(1, (graceMs) => {
      steps.push(`drained in ${String(graceMs)}`);
      setImmediate(() => {
        steps.push('told');
        tracker.finished();
      });
      return Promise.resolve();
    });
    tracker.started();
    await tracker.beforeApplicationShutdown();
    expect(steps).toEqual(['drained in 0', 'told']);
  });
});

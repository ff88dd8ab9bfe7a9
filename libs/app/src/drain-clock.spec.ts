import { jest } from '@jest/globals';
import { DrainClock } from './drain-clock.js';

describe('DrainClock', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is one time for all that drains', async () => {
    const drain = new DrainClock(10_000);
    jest.advanceTimersByTime(60_000);
    expect(drain.remainingMs()).toBe(10_000);
    const left: number[] = [];
    const close = (): Promise<void> => {
      jest.advanceTimersByTime(4_000);
      left.push(drain.remainingMs());
      jest.advanceTimersByTime(7_000);
      left.push(drain.remainingMs());
      return Promise.resolve();
    };
    await drain.run({ close, getHttpServer: () => ({ closeAllConnections: () => undefined }) });
    expect(left).toEqual([6_000, 0]);
  });

  it('cuts off who does not let go, and nobody when all have', async () => {
    let end: () => void = () => undefined;
    const closeAllConnections = jest.fn(() => end());
    const close = (): Promise<void> => new Promise((resolve) => void (end = resolve));
    const running = new DrainClock(1_000).run({ close, getHttpServer: () => ({ closeAllConnections }) });
    jest.advanceTimersByTime(2_999);
    expect(closeAllConnections).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    await running;
    expect(closeAllConnections).toHaveBeenCalledTimes(1);
    await new DrainClock(1_000).run({
      close: () => Promise.resolve(),
      getHttpServer: () => ({ closeAllConnections }),
    });
    jest.advanceTimersByTime(60_000);
    expect(closeAllConnections).toHaveBeenCalledTimes(1);
  });
});

import { jest } from '@jest/globals';
import { Backlog } from './backlog.js';

describe('Backlog', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const batch = (backlog: Backlog, size: number, takesMs: number): Promise<void> =>
    backlog.follow(size, () => new Promise((resolve) => setTimeout(resolve, takesMs)));

  it('has caught up when nothing comes for a moment after the start, and stays so', async () => {
    const backlog = new Backlog();
    let isIn = false;
    const waiting = backlog.caughtUp().then(() => (isIn = true));
    await jest.advanceTimersByTimeAsync(200);
    expect(isIn).toBe(false);
    await jest.advanceTimersByTimeAsync(200);
    await waiting;
    void batch(backlog, 500, 10_000);
    await backlog.caughtUp();
  });

  it('waits while batches are full, and for the one that is under way', async () => {
    const backlog = new Backlog();
    let isIn = false;
    const waiting = backlog.caughtUp().then(() => (isIn = true));
    for (let number = 0; number < 3; number += 1) {
      void batch(backlog, 500, 500);
      await jest.advanceTimersByTimeAsync(600);
      expect(isIn).toBe(false);
    }
    void batch(backlog, 7, 500);
    await jest.advanceTimersByTimeAsync(700);
    expect(isIn).toBe(false);
    await jest.advanceTimersByTimeAsync(200);
    await waiting;
  });

  it('does not wait for ever', async () => {
    const backlog = new Backlog();
    void batch(backlog, 1, 60_000);
    const refused = expect(backlog.caughtUp()).rejects.toMatchObject({ code: 'service_unavailable' });
    await jest.advanceTimersByTimeAsync(5_000);
    await refused;
  });

  it('is not empty after a batch that failed', async () => {
    const backlog = new Backlog();
    await expect(backlog.follow(1, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(backlog.isEmpty()).toBe(false);
    await backlog.follow(1, () => Promise.resolve());
    expect(backlog.isEmpty()).toBe(true);
  });
});

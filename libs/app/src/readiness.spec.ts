import { jest } from '@jest/globals';
import type { Bus } from '@tollgate/bus';
import type { State } from '@tollgate/state';
import type { StoredModels } from './live/stored-models.js';
import { Readiness } from './readiness.js';

describe('Readiness', () => {
  let readiness: Readiness;

  beforeEach(() => {
    jest.useFakeTimers();
    const connected = { isConnected: () => true };
    const models = { isReady: () => true } as StoredModels;
    readiness = new Readiness(connected as Bus, connected as State, models);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('tells what a module needs and is away, until it is back', async () => {
    let isAway = false;
    readiness.needs('database', () => (isAway ? Promise.reject(new Error('refused')) : Promise.resolve()));
    expect(await readiness.problems()).toEqual([]);
    isAway = true;
    jest.advanceTimersByTime(1_000);
    expect(await readiness.problems()).toEqual(['database away']);
    isAway = false;
    jest.advanceTimersByTime(1_000);
    expect(await readiness.problems()).toEqual([]);
  });

  it('asks once a second at most, however often it is asked', async () => {
    const ask = jest.fn(() => Promise.resolve());
    readiness.needs('database', ask);
    await Promise.all([readiness.problems(), readiness.problems()]);
    jest.advanceTimersByTime(999);
    await readiness.problems();
    expect(ask).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1);
    await readiness.problems();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('does not hang on what does not answer, nor ask it again, and sees it come back', async () => {
    let answer: () => void = () => undefined;
    const ask = jest.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    readiness.needs('database', ask);
    const first = readiness.problems();
    await jest.advanceTimersByTimeAsync(700);
    expect(await first).toEqual(['database away']);
    const later = readiness.problems();
    await jest.advanceTimersByTimeAsync(1);
    expect(await later).toEqual(['database away']);
    expect(ask).toHaveBeenCalledTimes(1);
    answer();
    expect(await readiness.problems()).toEqual([]);
  });

  it('tells of a shutdown first', async () => {
    readiness.needs('database', () => Promise.reject(new Error('refused')));
    readiness.onModuleDestroy();
    expect(await readiness.problems()).toEqual(['draining', 'database away']);
  });
});

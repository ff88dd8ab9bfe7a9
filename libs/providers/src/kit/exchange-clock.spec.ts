import { jest } from '@jest/globals';
import { ExchangeClock } from './exchange-clock.js';

describe('ExchangeClock', () => {
  let expired: string[];
  let clock: ExchangeClock;

  beforeEach(() => {
    jest.useFakeTimers();
    expired = [];
    const clocks = { connectMs: 10, firstTokenMs: 100, idleMs: 30, totalMs: 1_000 };
    clock = new ExchangeClock(clocks, (what, milliseconds) => expired.push(`${what}: ${milliseconds}`));
  });

  afterEach(() => {
    clock.stop();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('tells which phase took too long, on one timer', () => {
    clock.begin('connect', 10);
    jest.advanceTimersByTime(9);
    clock.begin('first token', 100);
    jest.advanceTimersByTime(99);
    expect(jest.getTimerCount()).toBe(1);
    expect(expired).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(expired).toEqual(['first token: 100']);
  });

  it('is set earlier for a phase that would be over before it looks again', () => {
    clock.begin('first token', 100);
    jest.advanceTimersByTime(20);
    clock.end();
    clock.begin('idle', 30);
    jest.advanceTimersByTime(29);
    expect(expired).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(expired).toEqual(['idle: 30']);
  });

  it('runs out in all, however often a phase is over in time', () => {
    for (let at = 0; at < 999; at += 1) {
      clock.begin('idle', 30);
      jest.advanceTimersByTime(1);
      clock.end();
    }
    expect(expired).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(expired).toEqual(['no complete answer: 1000']);
  });
});

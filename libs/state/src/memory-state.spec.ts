import { jest } from '@jest/globals';
import { KEEP_MS } from './admission.js';
import { MemoryState } from './memory-state.js';
import { describeMoneyProperty } from './money-property.suite.js';
import { describeState } from './state.suite.js';
import { describeTexts } from './texts.suite.js';

describeState('memory', { open: (now) => Promise.resolve(new MemoryState({ now })) });

describeTexts({ open: (maxTextBytes) => Promise.resolve(new MemoryState({ maxTextBytes })) });

describeMoneyProperty('memory', {
  open: (now) => Promise.resolve([new MemoryState({ now })]),
  seeds: 20,
  steps: 200,
});

describe('MemoryState', () => {
  it('has a text no longer than it was to be kept', async () => {
    let clock = 0;
    const state = new MemoryState({ now: () => clock });
    await state.keepText('a', 'text', 1_000);
    clock = 999;
    expect(await state.findText('a')).toBe('text');
    clock = 1_000;
    expect([await state.findText('a'), await state.dropText('a')]).toEqual([null, false]);
    await state.close();
  });

  it('forgets what ran out', async () => {
    jest.useFakeTimers();
    let clock = 0;
    const state = new MemoryState({ now: () => clock });
    const limits = { requestsPerMinute: 5, tokensPerMinute: null, maxParallelRequests: 5 };
    const scopes = [{ id: 'key:a', ...limits }];
    state.admit({ callId: 'one', scopes, tokens: 1, now: clock, leaseUntil: 1_000 });
    const sizes = (): number[] =>
      ['scopes', 'calls'].map((name) => (Reflect.get(state, name) as { size: number }).size);
    expect(sizes()).toEqual([1, 1]);
    clock = KEEP_MS;
    jest.advanceTimersByTime(KEEP_MS);
    expect(sizes()).toEqual([0, 0]);
    await state.close();
    jest.useRealTimers();
  });
});

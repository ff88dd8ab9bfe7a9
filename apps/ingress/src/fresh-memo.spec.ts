import { jest } from '@jest/globals';
import { FreshMemo } from './fresh-memo.js';

describe('FreshMemo', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('works out once of each object, and anew when that is old', () => {
    const make = jest.fn((key: { readonly name: string }) => ({ of: key.name }));
    const memo = new FreshMemo(make, 1_000);
    const [one, other] = [{ name: 'one' }, { name: 'one' }];
    const first = memo.of(one);
    jest.advanceTimersByTime(999);
    expect(memo.of(one)).toBe(first);
    expect(memo.of(other)).not.toBe(first);
    jest.advanceTimersByTime(1);
    expect(memo.of(one)).toEqual(first);
    expect(make).toHaveBeenCalledTimes(3);
  });
});

import { RetryBudget } from './retry-budget.js';

describe('a retry budget', () => {
  let clock = 0;
  const budget = () => new RetryBudget(() => clock);
  beforeEach(() => (clock = 0));

  it('lets a quiet group retry a few times, and again after a while', () => {
    const own = budget();
    const granted = (): number =>
      Array.from({ length: 50 }, () => own.spend('g', 0.2)).filter(Boolean).length;
    expect(granted()).toBe(10);
    expect(granted()).toBe(0);
    clock += 500;
    expect(granted()).toBe(5);
  });

  it('holds retries to a share of the traffic', () => {
    const own = budget();
    let retries = 0;
    for (let call = 0; call < 10_000; call++) {
      own.earn('g', 0.2);
      if (own.spend('g', 0.2)) retries += 1;
    }
    expect(retries).toBeGreaterThanOrEqual(2_000);
    expect(retries).toBeLessThanOrEqual(2_010);
  });

  it('is one for each group, and none when there is no limit', () => {
    const own = budget();
    while (own.spend('a', 0.2));
    expect(own.spend('b', 0.2)).toBe(true);
    expect(own.spend('a', null)).toBe(true);
  });
});

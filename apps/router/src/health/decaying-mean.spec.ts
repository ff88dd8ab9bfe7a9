import { DecayingMean } from './decaying-mean.js';

describe('DecayingMean', () => {
  it('knows nothing at first', () => {
    const mean = new DecayingMean(10_000);
    expect(mean.mean).toBeNull();
    expect(mean.meanWith(1, 5_000)).toBe(0);
  });

  it('takes what comes at once for equal', () => {
    const mean = new DecayingMean(10_000);
    for (const value of [1, 2, 3, 6]) mean.add(value, 1, 1_000);
    expect(mean.mean).toBe(3);
    mean.add(24, 4, 1_000);
    expect(mean.mean).toBe(4.5);
  });

  it('lets the old weigh half as much after every half-life', () => {
    const mean = new DecayingMean(10_000);
    mean.add(100, 1, 0);
    mean.add(400, 1, 10_000);
    expect(mean.mean).toBe((100 / 2 + 400) / 1.5);
    mean.add(0, 1, 30_000);
    expect(mean.mean).toBeCloseTo((100 / 8 + 400 / 4) / (1 / 8 + 1 / 4 + 1), 9);
  });

  it('stays while nothing comes, and heals with zeros in it', () => {
    const mean = new DecayingMean(10_000);
    mean.add(10, 10, 0);
    expect(mean.mean).toBe(1);
    expect(mean.meanWith(1, 0)).toBeCloseTo(10 / 11, 9);
    expect(mean.meanWith(1, 20_000)).toBeCloseTo(2.5 / 3.5, 9);
    expect(mean.meanWith(1, 120_000)).toBeLessThan(0.01);
  });

  it('survives a clock that goes back, and a silence of years', () => {
    const mean = new DecayingMean(10_000);
    mean.add(5, 1, 1_000_000);
    mean.add(7, 1, 0);
    expect(mean.mean).toBe(6);
    mean.add(9, 1, 1e12);
    expect(mean.mean).toBe(9);
  });
});

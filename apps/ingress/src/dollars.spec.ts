import { formatDollars, toDollars, toNanos } from './dollars.js';

describe('formatDollars', () => {
  it.each([
    [0, '0'],
    [1, '0.000000001'],
    [1_500_000, '0.0015'],
    [1_000_000_000, '1'],
    [12_340_000_000_000, '12340'],
    [-5, '-0.000000005'],
  ])('%i is %s', (nanos, text) => {
    expect(formatDollars(nanos)).toBe(text);
  });
});

describe('toNanos', () => {
  it.each([
    [0, 0],
    [0.1, 100_000_000],
    [0.000_000_001, 1],
    [0.000_000_5, 500],
    [1.1, 1_100_000_000],
    [4.35, 4_350_000_000],
    [9_000_000, 9_000_000_000_000_000],
    [1e-10, 0],
  ])('of %d dollars are %i', (dollars, nanos) => {
    expect(toNanos(dollars)).toBe(nanos);
  });

  it('gives back what toDollars made of it', () => {
    for (let nanos = 1; nanos < 9e15; nanos = nanos * 3 + 7) expect(toNanos(toDollars(nanos))).toBe(nanos);
  });
});

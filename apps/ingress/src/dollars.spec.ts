import { formatDollars } from './dollars.js';

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

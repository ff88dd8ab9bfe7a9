import { hashText, joinedHash, toUnit, unitHash } from './unit-hash.js';

const DRAWS = 20_000;
const CELLS = 100;
/** Chi square with 99 degrees of freedom is above this once in 100,000 good hashes. */
const CRITICAL = 168;

/** How unevenly numbers in [0, 1) fall into equal cells. */
function chiSquare(unitOf: (index: number) => number): number {
  const counts = new Array<number>(CELLS).fill(0);
  for (let index = 0; index < DRAWS; index += 1) counts[Math.floor(unitOf(index) * CELLS)]! += 1;
  const expected = DRAWS / CELLS;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('unitHash', () => {
  it.each([
    ['counting users', (index: number) => `user-${index}`],
    ['bare numbers', (index: number) => String(index)],
    ['texts that differ at the beginning', (index: number) => `${index} and the same long rest of a text`],
    ['texts that are hardly different', (index: number) => 'a'.repeat(index % 50) + 'b'.repeat(index / 50)],
  ])('spreads %s evenly', (_what, textOf) => {
    expect(chiSquare((index) => unitHash(textOf(index)))).toBeLessThan(CRITICAL);
  });

  it('is the same for ever: canaries and sessions hang on it', () => {
    expect(['', 'user-1', 'naïve ☂'].map(unitHash)).toMatchInlineSnapshot(`
     [
       0.16949298701699123,
       0.6103085397220023,
       0.45988519652708015,
     ]
    `);
  });

  it('tells texts apart', () => {
    const seen = new Set<number>();
    for (let index = 0; index < 200_000; index += 1) seen.add(unitHash(`key-${index}`));
    expect(seen.size).toBe(200_000);
  });
});

describe('joinedHash', () => {
  const [left, right] = [hashText('deployment-1'), hashText('deployment-2')];

  it('spreads evenly, and apart for each of the texts that it is joined with', () => {
    const joined = (index: number, other: typeof left) =>
      toUnit(joinedHash(hashText(`session-${index}`), other));
    expect(chiSquare((index) => joined(index, left))).toBeLessThan(CRITICAL);
    // Were the two dependent, their difference would not be even.
    expect(chiSquare((index) => (joined(index, left) - joined(index, right) + 1) % 1)).toBeLessThan(CRITICAL);
  });
});

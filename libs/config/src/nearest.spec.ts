import { editDistance, nearest } from './nearest.js';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['a', '', 1],
    ['', 'abc', 3],
    ['weight', 'wieght', 1],
    ['tempratur', 'temperature', 2],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('%j to %j is %i', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
    expect(editDistance(right, left)).toBe(distance);
  });
});

describe('nearest', () => {
  const words = ['api_base', 'api_key', 'api_version', 'rpm', 'tpm', 'n'];

  it.each([
    ['api_bse', 'api_base'],
    ['API_BASE', 'api_base'],
    ['apikey', 'api_key'],
    ['rmp', 'rpm'],
    ['entirely_different', null],
    ['xyz', null],
    ['m', null],
  ])('%s → %j', (word, expected) => {
    expect(nearest(word, words)).toBe(expected);
  });
});

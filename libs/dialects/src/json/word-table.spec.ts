import { finishReasonOf } from '../finish-reason.js';
import { wordTable } from './word-table.js';

describe('a table of words', () => {
  const table = wordTable({ known: 1 });

  it('has what was put in', () => {
    expect([table['known'], table['unknown']]).toEqual([1, undefined]);
  });

  it.each(['constructor', 'toString', '__proto__'])('does not know %s', (word) => {
    expect(table[word]).toBeUndefined();
    expect(finishReasonOf(word)).toBe('stop');
  });
});

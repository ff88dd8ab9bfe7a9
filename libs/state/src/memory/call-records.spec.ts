import { CallRecords, type OpenCall } from './call-records.js';

const answer = { granted: true, remaining: [], heldNanos: null, budgets: [] } as const;
const call = (keepUntil = 1): OpenCall => ({ answer, keepUntil, places: [] });

describe('CallRecords', () => {
  it('stays bounded and keeps the last two thousand answers', () => {
    const records = new CallRecords();
    for (let number = 0; number < 50_000; number++) {
      records.open(String(number), call());
      records.close(String(number));
    }
    expect(records.size).toBeLessThanOrEqual(4_000);
    expect(records.answerTo('48000')).toBe(answer);
    expect(records.answerTo('45999')).toBeUndefined();
  });

  it('stays bounded when no call is ever settled', () => {
    const records = new CallRecords();
    for (let number = 0; number < 250_000; number++) records.open(String(number), call());
    expect(records.size).toBeLessThanOrEqual(100_000);
  });

  it('sweeps what is over, in whatever order it began', () => {
    const records = new CallRecords();
    records.open('long', call(20));
    records.open('short', call(10));
    records.sweep(10);
    expect([records.answerTo('short'), records.answerTo('long')]).toEqual([undefined, answer]);
    expect(records.close('short')).toBeUndefined();
  });
});

import { CallRecords } from './call-records.js';

const answer = { granted: true, remaining: [] } as const;

describe('CallRecords', () => {
  it('stays bounded and keeps the last two thousand answers', () => {
    const records = new CallRecords();
    for (let call = 0; call < 50_000; call++) {
      records.open(String(call), { answer, keepUntil: 1 });
      records.close(String(call));
    }
    expect(records.size).toBeLessThanOrEqual(4_000);
    expect(records.answerTo('48000')).toBe(answer);
    expect(records.answerTo('45999')).toBeUndefined();
  });

  it('stays bounded when no call is ever settled', () => {
    const records = new CallRecords();
    for (let call = 0; call < 250_000; call++) records.open(String(call), { answer, keepUntil: 1 });
    expect(records.size).toBeLessThanOrEqual(100_000);
  });

  it('sweeps what is over, in the order of time', () => {
    const records = new CallRecords();
    records.open('old', { answer, keepUntil: 10 });
    records.open('new', { answer, keepUntil: 20 });
    records.sweep(10);
    expect([records.answerTo('old'), records.answerTo('new')]).toEqual([undefined, answer]);
    expect(records.close('old')).toBe(false);
  });
});

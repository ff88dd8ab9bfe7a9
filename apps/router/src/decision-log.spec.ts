import { DecisionLog } from './decision-log.js';

describe('DecisionLog', () => {
  it('keeps the last calls and forgets the oldest', () => {
    const log = new DecisionLog(3);
    for (const id of ['one', 'two', 'three', 'four']) log.begin(id, 'chat');
    const kept = ['one', 'two', 'three', 'four'].map((id) => log.find(id)?.callId);
    expect(kept).toEqual([undefined, 'two', 'three', 'four']);
  });

  it('keeps the newest of two with one id', () => {
    const log = new DecisionLog(2);
    log.begin('one', 'old');
    log.begin('one', 'new');
    log.begin('two', 'chat');
    expect(log.find('one')?.model).toBe('new');
    log.begin('three', 'chat');
    expect(log.find('one')).toBeUndefined();
  });
});

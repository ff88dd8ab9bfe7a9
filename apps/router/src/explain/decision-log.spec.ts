import { DecisionLog } from './decision-log.js';

const at = { startedAt: 1 };

describe('DecisionLog', () => {
  it('keeps the last calls and forgets the oldest', () => {
    const log = new DecisionLog('r', 3);
    for (const id of ['one', 'two', 'three', 'four']) log.begin(id, 'chat', at);
    const kept = ['one', 'two', 'three', 'four'].map((id) => log.find(id)?.callId);
    expect(kept).toEqual([undefined, 'two', 'three', 'four']);
  });

  it('keeps the newest of two with one id', () => {
    const log = new DecisionLog('r', 2);
    log.begin('one', 'old', at);
    log.begin('one', 'new', at);
    log.begin('two', 'chat', at);
    expect(log.find('one')?.model).toBe('new');
    log.begin('three', 'chat', at);
    expect(log.find('one')).toBeUndefined();
  });

  it('keeps nothing of what was only asked for', () => {
    const log = new DecisionLog('r', 2);
    expect(log.begin('dry', 'chat', { ...at, isDry: true })).toMatchObject({ callId: 'dry', replica: 'r' });
    expect(log.find('dry')).toBeUndefined();
  });
});

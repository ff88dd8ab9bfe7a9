import { DecisionLog } from './decision-log.js';

describe('DecisionLog', () => {
  it('keeps the last calls and forgets the oldest', () => {
    const log = new DecisionLog(2);
    for (const id of ['one', 'two', 'one', 'three']) log.begin(id, 'chat');
    expect(['one', 'two', 'three'].map((id) => log.find(id)?.callId)).toEqual(['one', undefined, 'three']);
  });
});
